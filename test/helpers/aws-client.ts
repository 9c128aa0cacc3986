import type { AwsCall, AwsClient, JsonObject } from '../../src/providers/aws/client.ts'

/** A client of AWS that gives these answers in turn and keeps what was asked: for code that needs no network. */
export function clientOf(...answers: JsonObject[]): AwsClient & { readonly asked: AwsCall['input'][] } {
  const asked: AwsCall['input'][] = []
  return {
    asked,
    region: () => 'eu-west-1',
    async call({ input }, read) {
      asked.push(input)
      const result = read(answers.shift() ?? {})
      if (result === undefined) throw new Error('a broken answer')
      return result
    },
  }
}
