/** What a look does: as `render` once, but what was made for one read is not read again while it lives. */
import { existsSync } from 'node:fs'
import { throwTogether } from '../../core/errors.ts'
import type { Resolved, TemplateEntry } from '../../core/types.ts'
import type { Lease } from '../../launch/leases.ts'
import type { Told } from '../../launch/sidecar/report.ts'
import { schemesIn } from '../../resolve/plan.ts'
import { entriesOf, makeFiles, openSources, type Source } from '../render/files.ts'
import { listLeases, listMarks } from '../watch/marks.ts'
import { type Look, markSource, type ReadAround, readAround } from './around.ts'
import { giveBack, renewDue } from './renewals.ts'

/** @throws SecwrapError or AggregateError: every problem of all files; nothing is changed then. */
export async function refreshFiles(look: Look): Promise<void> {
  const { request, journal, ask, tell } = look
  const { sources, problems } = openSources(request)
  if (!ask.isFirst) throwTogether(problems) // before anything is read that ends with a lease
  const held = await renewDue(sources, look)
  tell(held.map(({ name, life }) => ({ event: 'held', name, ...(life !== undefined && { seconds: life }) })))
  const { resolved, kept, tokens } = await readShared(sources, new Set(held.map(({ name }) => name)), look)
  const before = new Set(sources.map(({ file }) => file.target).filter(path => existsSync(path)))
  const entries = sources.flatMap(entriesOf)
  const leases = listLeases(entries, resolved)
  const making = makeFiles({ sources, problems }, resolved, request, journal, kept)
  const changed = await making.catch(async (error: unknown) => {
    await giveBack(entries, leases, look)
    throw error
  })
  tell([
    ...leases.map(lease => ({ event: 'lease', ...lease }) as const),
    ...tokens.lives.map(token => ({ event: 'token', ...token }) as const),
    ...listRead(entries, resolved, request.key, [...leases, ...held]),
    ...[...schemesIn(entries)].map(name => ({ event: 'scheme', name }) as const),
    ...listFiles(sources, before, new Set(changed)),
  ])
}

/** A log-in's token that has died, or will, is replaced by another log-in, once; leases have died with it. */
async function readShared(
  sources: readonly Source[],
  leased: ReadonlySet<string>,
  look: Look,
): Promise<ReadAround & Pick<Look, 'tokens'>> {
  const { tokens } = look
  const isDropped = () => tokens.dropped.length > 0
  const read = isDropped() ? undefined : await readAround(sources, leased, look)
  if (read && !isDropped()) return { ...read, tokens }
  const fresh = { ...look, tokens: look.openTokens(true) }
  return { ...(await readAround(sources, new Set(), fresh)), tokens: fresh.tokens }
}

function listFiles(
  sources: readonly Source[],
  before: ReadonlySet<string>,
  changed: ReadonlySet<string>,
): readonly Told[] {
  return sources.map(source => {
    const path = source.file.target
    const change = !changed.has(path) ? 'same' : before.has(path) ? 'changed' : 'new'
    return { event: 'file', path, mark: markSource(source), change }
  })
}

/** What has a lease is as it was read until that ends. */
function listRead(
  entries: readonly TemplateEntry[],
  resolved: Resolved,
  key: string,
  leased: readonly Lease[],
): readonly Told[] {
  const since = new Map(
    [...resolved.secrets].map(([{ raw }, { facts }]) => [raw, facts.updatedAt?.getTime()] as const),
  )
  return listMarks(entries, resolved, key, leased).flatMap(line => {
    if (line.event !== 'read') return []
    const time = since.get(line.name)
    return [{ ...line, ...(time !== undefined && { since: time }) }]
  })
}
