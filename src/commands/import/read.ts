/** A file of plain values. Everything that is wrong with it is told together, before anything is written. */
import type { Item } from '../../copy/items.ts'
import { SecwrapError, throwTogether } from '../../core/errors.ts'
import { readOpen } from '../../core/files.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { readSecretFile } from '../../providers/shared/read-file.ts'

const MAX_BYTES = 16 * 1024 * 1024

/** One value of the file, `value` as JSON has it. */
export interface Entry {
  readonly name: string
  readonly line: number // from 1; 0 where nobody knows
  readonly value: Json
}

/** What a reader of one format found. `problems` have their places. */
export interface Entries {
  readonly entries: readonly Entry[]
  readonly problems: readonly SecwrapError[]
}

/**
 * @param file - `-` is standard input.
 * @param to - for a hint.
 * @throws SecwrapError, several together.
 */
export async function readImport(
  file: string,
  format: string | undefined,
  to: string,
): Promise<readonly Item[]> {
  const text = file === '-' ? readStandardInput() : readText(file)
  const shown = file === '-' ? '<stdin>' : file
  const { entries, problems } = await parseAs(format ?? formatOf(file), text, shown)
  checkNotSealed(entries, shown, `secwrap copy sops://${file.startsWith('/') ? '' : './'}${file} ${to}`)
  throwTogether([...problems, ...findRepeated(entries, shown), ...findUnfit(entries, shown)])
  if (entries.length === 0) throw new SecwrapError('BAD_VALUE', `${shown} has no values`)
  return entries.map(({ name, value }) => ({ name, from: name, value }))
}

function formatOf(file: string): string {
  if (file.endsWith('.json')) return 'json'
  return /\.ya?ml$/.test(file) ? 'yaml' : 'dotenv'
}

async function parseAs(format: string, text: string, file: string): Promise<Entries> {
  if (format === 'json') return (await import('./json.ts')).parseJsonFile(text, file)
  if (format === 'yaml') return (await import('./yaml.ts')).parseYamlFile(text, file)
  return (await import('./dotenv.ts')).parseDotenvFile(text, file)
}

function readText(file: string): string {
  const found = readSecretFile(file, file, MAX_BYTES)
  if (found) return found.text
  throw new SecwrapError('NOT_FOUND', `${file} does not exist`)
}

function readStandardInput(): string {
  const bytes = readOpen(0, MAX_BYTES + 1)
  if (bytes.length > MAX_BYTES) throw new SecwrapError('BAD_VALUE', 'standard input is larger than 16 MiB')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SecwrapError('BAD_VALUE', 'standard input is not UTF-8 text')
  }
}

/** The ciphertexts would be written as if they were the values. */
function checkNotSealed(entries: readonly Entry[], file: string, hint: string): void {
  if (!entries.some(({ name }) => name === 'sops' || name === 'sops_mac')) return
  throw new SecwrapError('BAD_VALUE', `${file} is sealed by sops, and import takes plain values`, { hint })
}

function findRepeated(entries: readonly Entry[], file: string): readonly SecwrapError[] {
  const first = new Map<string, Entry>()
  return entries.flatMap(entry => {
    const earlier = first.get(entry.name)
    if (!earlier) first.set(entry.name, entry)
    return earlier ? [problemOf(entry, file, `${entry.name} is set twice${lineOf(earlier)}`)] : []
  })
}

function lineOf({ line }: Entry): string {
  return line > 0 ? `, first in line ${line}` : ''
}

function findUnfit(entries: readonly Entry[], file: string): readonly SecwrapError[] {
  return entries.flatMap(entry => {
    if (entry.name === '') return [problemOf(entry, file, 'an empty name')]
    if (entry.value === null) return [problemOf(entry, file, 'null is not a value')]
    return holdsNul(entry.value) ? [problemOf(entry, file, 'the value is binary: it has a NUL byte')] : []
  })
}

function holdsNul(value: Json): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (Array.isArray(value)) return value.some(holdsNul)
  return isJsonObject(value) && Object.values(value).some(holdsNul)
}

function problemOf({ name, line }: Entry, file: string, fact: string): SecwrapError {
  return new SecwrapError('BAD_VALUE', fact, { place: { file, line, name } })
}
