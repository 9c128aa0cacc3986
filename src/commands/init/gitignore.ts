import type { FileChange } from '../../core/replace-files.ts'
import { readSecretFile } from '../../providers/shared/read-file.ts'
import { findIgnored } from './git.ts'

/** What git must not see of a project, and what it must. Names are relative to the folder. */
export interface Ignoring {
  readonly folder: string
  readonly hidden: readonly string[] // .env, a key file
  readonly shown: readonly string[] // .env.template, secrets.sops.json
}

export interface IgnoreChange extends FileChange {
  readonly lines: readonly string[] // that are new
}

/** The `.gitignore` with the lines that it lacks; undefined where nothing is to be done. */
export function planIgnoring(ignoring: Ignoring): IgnoreChange | undefined {
  const hidden = [...ignoring.hidden, '.env.local']
  if (findMistakes({ ...ignoring, hidden })?.length === 0) return undefined
  const path = `${ignoring.folder}/.gitignore`
  const before = readSecretFile(path, path)?.text ?? ''
  const known = new Set(before.split('\n').map(line => line.trim()))
  const lines = linesFor(ignoring).filter(line => !known.has(line))
  if (lines.length === 0) return undefined
  const end = before.includes('\r\n') ? '\r\n' : '\n'
  const start = before === '' || before.endsWith('\n') ? before : before + end
  return { path, text: start + lines.map(line => line + end).join(''), lines }
}

/** What git would do wrong, in words; undefined where there is no git to ask. */
export function findMistakes({ folder, hidden, shown }: Ignoring): readonly string[] | undefined {
  const ignored = findIgnored(folder, [...hidden, ...shown])
  if (!ignored) return undefined
  return [
    ...hidden.filter(name => !ignored.has(name)).map(name => `git does not ignore ${name}`),
    ...shown.filter(name => ignored.has(name)).map(name => `git ignores ${name}, which is to be committed`),
  ]
}

function linesFor({ hidden }: Ignoring): readonly string[] {
  const others = hidden.filter(name => !/^\.env(?:\.|$)/.test(name)).map(name => `/${name}`)
  return ['.env', '.env.*', '!.env.template', '!.env.*.template', '!.env.example', ...others]
}
