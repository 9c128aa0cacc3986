import { spawnSync } from 'node:child_process'

/** Whether git keeps a file of a folder. False where there is no git, or the folder is in no work tree. */
export function isTracked(folder: string, name: string): boolean {
  return (runGit(folder, ['--literal-pathspecs', 'ls-files', '-z', '--', name]) ?? '') !== ''
}

/** The names that git ignores, undefined where there is no git, or the folder is in no work tree. */
export function findIgnored(folder: string, names: readonly string[]): ReadonlySet<string> | undefined {
  const output = runGit(folder, ['check-ignore', '--no-index', '--stdin', '-z'], names.join('\0'))
  return output === undefined ? undefined : new Set(output.split('\0').filter(Boolean))
}

// Status 1 of check-ignore means none; everything above is a failure.
function runGit(folder: string, args: readonly string[], input = ''): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', folder, ...args], {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return status === 0 || status === 1 ? stdout : undefined
}
