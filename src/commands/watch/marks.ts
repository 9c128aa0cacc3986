/** What stands for a value where none may be: the version that its store tells, else a few bits of a keyed digest. */
import { hmacSha256Hex } from '../../core/hash.ts'
import type { Secret } from '../../core/secret.ts'
import type { Reference, Resolved, SecretId, TemplateEntry } from '../../core/types.ts'
import type { Lease } from '../../launch/leases.ts'
import type { ReportLine } from '../../launch/supervisor/report.ts'
import { collectNeeds, referencesIn } from '../../resolve/plan.ts'
import { secondsLeft } from './certificate.ts'

/** Of 16 bits: enough to see a change, too few to tell a guess at the value from 65,535 others. */
const DIGEST_DIGITS = 4
const ABSENT = '-'

/** A line for everything that was read, and for what is not there. */
export function listMarks(
  entries: readonly TemplateEntry[],
  resolved: Resolved,
  key: string,
  leases: readonly Lease[],
): readonly ReportLine[] {
  const leased = new Set(leases.map(({ name }) => name))
  const isLeased = ({ uri }: SecretId) => leased.has(uri)
  const uris = new Map<string, string>()
  const own = collectNeeds(entries).flatMap(({ reference }) =>
    isLeased(reference.id) ? [] : [line(nameOf(reference, uris), resolved.secrets.get(reference), key)],
  )
  const imported = [...resolved.imports].flatMap(([{ parts }, secrets]) => {
    const [reference] = referencesIn(parts)
    if (!reference || isLeased(reference.id)) return []
    return [...secrets].map(([name, secret]) => line(`${reference.raw} ${name}`, secret, key))
  })
  return [...own, ...imported]
}

/** Each lease once, whatever reads a field of it. Such a secret has no version: the next read makes another one. */
export function listLeases(entries: readonly TemplateEntry[], resolved: Resolved): readonly Lease[] {
  const leases = new Map<string, Lease>()
  const add = ({ uri }: SecretId, secret: Secret | undefined) => {
    const lease = secret?.facts.lease
    if (lease) leases.set(uri, { name: uri, ...lease })
  }
  for (const { reference } of collectNeeds(entries)) add(reference.id, resolved.secrets.get(reference))
  for (const [{ parts }, secrets] of resolved.imports) {
    for (const reference of referencesIn(parts)) add(reference.id, secrets.values().next().value)
  }
  return [...leases.values()]
}

/** As it is written; `file://./key` of another folder is another secret, and has its uri behind it. */
function nameOf({ raw, id }: Reference, uris: Map<string, string>): string {
  const first = uris.get(raw) ?? id.uri
  uris.set(raw, first)
  return first === id.uri ? raw : `${raw} ${id.uri}`
}

function line(name: string, secret: Secret | undefined, key: string): ReportLine {
  if (!secret) return { event: 'read', name, mark: ABSENT }
  const seconds = secondsLeft(secret.reveal())
  return { event: 'read', name, mark: markOf(secret, key), ...(seconds !== undefined && { seconds }) }
}

function markOf(secret: Secret, key: string): string {
  const { version, updatedAt } = secret.facts
  if (version === undefined) return hmacSha256Hex(key, secret.reveal()).slice(0, DIGEST_DIGITS)
  // A secret that was destroyed and made anew begins at version 1 again.
  return updatedAt ? `${version} of ${updatedAt.toISOString()}` : version
}
