import { beforeAll, test } from '@jest/globals'

/** Cases that mostly wait for servers: all run at the same time, and each is reported as a test. */
export function testSideBySide(
  cases: readonly (readonly [name: string, run: () => Promise<void>])[],
  patienceMs: number,
): void {
  const outcomes = new Map<string, Promise<unknown>>()
  beforeAll(() => {
    // Whoever looks at an outcome comes later, and a failure must not end the process until then.
    for (const [name, run] of cases)
      outcomes.set(
        name,
        run().catch(error => ({ error })),
      )
  })
  for (const [name] of cases) {
    test(
      name,
      async () => {
        const failed = (await outcomes.get(name)) as { readonly error: unknown } | undefined
        if (failed) throw failed.error
      },
      patienceMs,
    )
  }
}
