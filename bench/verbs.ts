/** The verbs that are measured on thousands of secrets, a few rounds each. */
import { PARAMETERS } from './sizes.ts'

export interface Verb {
  readonly name: string
  readonly args: readonly string[]
  readonly requests: Readonly<Record<string, number>> // expected, by the stub's kinds
}

const many = PARAMETERS.toLocaleString('en')

export const VERBS: readonly Verb[] = [
  {
    name: `list ${many} ssm`,
    args: ['list', 'ssm:///prod/'],
    requests: { DescribeParameters: PARAMETERS / 50 },
  },
  {
    name: `copy ${many} ssm to vault`,
    args: ['copy', 'ssm:///prod/', 'vault://secret/prod', '--yes'],
    requests: { GetParametersByPath: PARAMETERS / 10, mount: 1, folder: 1, write: PARAMETERS },
  },
]
