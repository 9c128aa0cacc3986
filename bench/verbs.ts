/** The verbs that are measured on thousands of secrets, a few rounds each. */
import { type Requests, rowName } from './expectations.ts'
import type { Program, Start } from './programs.ts'
import { type Row, type Site, surroundings } from './rows.ts'
import { PARAMETERS } from './sizes.ts'

export interface Verb {
  readonly name: string
  readonly args: readonly string[]
  readonly requests: Requests
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

export function verbRow(program: Program, { files, args }: Start, verb: Verb, { folder, stub }: Site): Row {
  return {
    name: rowName(program, verb.name),
    files,
    args: [...args, ...verb.args],
    env: surroundings(folder, stub.url(0)),
    cwd: folder,
    expectation: { requests: verb.requests },
  }
}
