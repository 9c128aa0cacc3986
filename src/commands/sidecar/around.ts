/** Reading what files need, but not again what was made for one read and is still good. */
import { readFileSync } from 'node:fs'
import { sha256Hex } from '../../core/hash.ts'
import { log } from '../../core/log.ts'
import type { ProviderContext, Resolved, TemplateEntry } from '../../core/types.ts'
import type { Ask, Told } from '../../launch/sidecar/report.ts'
import type { Journal } from '../../render/journal.ts'
import { markFile } from '../../render/mark.ts'
import { referencesIn } from '../../resolve/plan.ts'
import { entriesOf, type RenderRequest, readSecrets, type Source } from '../render/files.ts'
import { listLeases, listMarks } from '../watch/marks.ts'
import type { LookTokens } from './tokens.ts'

export interface Look {
  readonly request: RenderRequest
  readonly ask: Ask
  readonly journal: Journal
  readonly signal: AbortSignal
  readonly tokens: LookTokens
  openTokens(isNews: boolean): LookTokens
  tell(lines: readonly Told[]): void
}

/** What was read, and the contents of files with leases in them that stay as they are. */
export interface ReadAround {
  readonly resolved: Resolved
  readonly kept: ReadonlyMap<Source, Uint8Array>
}

/**
 * Reads everything but these leases; then also those of files that have to be made anew for another reason, and of
 * files that share one of those.
 */
export async function readAround(
  sources: readonly Source[],
  leased: ReadonlySet<string>,
  look: Look,
): Promise<ReadAround> {
  const entries = sources.flatMap(entriesOf)
  const others = pick(entries, name => !leased.has(name))
  const resolved = await readSecrets(others, contextOf(look), look.signal)
  const holding = sources.filter(source => namesIn(source).some(name => leased.has(name)))
  const contents = new Map(holding.map(source => [source, readCurrent(source, resolved, leased, look)]))
  const kept = withoutSharing(contents, leased)
  // With problems no file is made, and so nothing is read that ends with a lease.
  if (kept.size === holding.length || resolved.problems.length > 0) return { resolved, kept }
  const held = new Set([...kept.keys()].flatMap(namesIn))
  const dropped = pick(entries, name => leased.has(name) && !held.has(name))
  return { resolved: join(resolved, await readSecrets(dropped, contextOf(look), look.signal)), kept }
}

/** Leaves out what shares a lease with something that has no content, until nothing does. */
function withoutSharing(
  contents: ReadonlyMap<Source, Uint8Array | undefined>,
  leased: ReadonlySet<string>,
): ReadonlyMap<Source, Uint8Array> {
  const kept = new Map<Source, Uint8Array>()
  for (const [source, content] of contents) if (content) kept.set(source, content)
  const stale = [...contents.keys()].filter(source => !kept.has(source))
  for (const one of stale) {
    const dropped = new Set(namesIn(one).filter(name => leased.has(name)))
    for (const source of kept.keys()) {
      if (!namesIn(source).some(name => dropped.has(name))) continue
      kept.delete(source)
      stale.push(source)
    }
  }
  return kept
}

/** Undefined for a file that can't stay as it is: it was touched, its source was, or something else in it. */
function readCurrent(
  source: Source,
  resolved: Resolved,
  leased: ReadonlySet<string>,
  { ask, request }: Look,
): Uint8Array | undefined {
  const path = source.file.target
  if (markSource(source) !== ask.files.get(path)) return undefined
  const others = pick(entriesOf(source), name => !leased.has(name))
  if (listLeases(others, resolved).length > 0) return undefined
  const isOld = listMarks(others, resolved, request.key, []).some(
    line => line.event === 'read' && ask.marks.get(line.name) !== line.mark,
  )
  return isOld ? undefined : tryRead(path)
}

function tryRead(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** Of what was made, and of what it was made from. */
export function markSource({ file, pieces }: Source): string {
  const text = pieces.map(piece =>
    piece instanceof Uint8Array ? Buffer.from(piece).toString('latin1') : JSON.stringify(piece.parts),
  )
  return `${markFile(file.target)} ${sha256Hex(JSON.stringify(text)).slice(0, 16)}`
}

/** Ids of all that a file's source refers to. */
function namesIn(source: Source): readonly string[] {
  return entriesOf(source).flatMap(({ parts }) => referencesIn(parts).map(({ id }) => id.uri))
}

/** What some of the references need to be read, and no more. */
function pick(
  entries: readonly TemplateEntry[],
  isWanted: (name: string) => boolean,
): readonly TemplateEntry[] {
  return entries.flatMap(entry =>
    referencesIn(entry.parts)
      .filter(({ id }) => isWanted(id.uri))
      .map(reference => ({ ...entry, parts: [reference] })),
  )
}

function join(a: Resolved, b: Resolved): Resolved {
  return {
    secrets: new Map([...a.secrets, ...b.secrets]),
    missing: new Map([...a.missing, ...b.missing]),
    imports: new Map([...a.imports, ...b.imports]),
    problems: [...a.problems, ...b.problems],
  }
}

/** What is to be warned of was told by the first look. */
export function contextOf({ request: { inherited: env }, ask, tokens }: Look): ProviderContext {
  return { env, tokens, warn: text => ask.isFirst && log('warn', text) }
}
