import { log } from '../../core/log.ts'
import type { Template, TemplateEntry } from '../../core/types.ts'
import type { Lease } from '../../launch/leases.ts'
import { isEnding } from '../../launch/leases.ts'
import { referencesIn } from '../../resolve/plan.ts'
import { renewLeases, revokeLeases } from '../../resolve/renew.ts'
import { entriesOf, type Source } from '../render/files.ts'
import { heldIn } from '../watch/held.ts'
import { storeOf } from '../watch/tokens.ts'
import { contextOf, type Look } from './around.ts'

export interface Kept extends Lease {
  readonly life?: number | undefined // that it lives from now on, where it was renewed
}

/**
 * Renews leases and tokens that are due. A token of our own that does not live on is dropped: then all is read anew.
 *
 * @returns the leases that the files may go on with, and the tokens.
 */
export async function renewDue(sources: readonly Source[], look: Look): Promise<readonly Kept[]> {
  const entries = sources.flatMap(entriesOf)
  const names = new Set(entries.flatMap(({ parts }) => referencesIn(parts).map(({ id }) => id.uri)))
  const { leases, tokens } = look.ask
  const used = [...leases.filter(({ name }) => names.has(name)), ...tokens]
  const due = used.filter(({ renewable }) => renewable)
  const renewed = await renewLeases(heldIn(templateOf(entries), due), contextOf(look), look.signal)
  const lives = new Map([...renewed].map(([{ id }, seconds]) => [id, seconds]))
  return used.flatMap(lease => {
    if (!lease.renewable) return [lease]
    const life = lives.get(lease.id ?? '') ?? 0
    if (!isEnding({ ...lease, endsAt: life * 1_000 }, 0)) return [{ ...lease, life }]
    if (tokens.includes(lease)) endToken(lease, look)
    return []
  })
}

/** Whoever gave it to us has to give another one; a log-in of ours is made again. */
function endToken({ id = '', name, atEnd }: Lease, { tokens }: Look): void {
  const store = storeOf(id)
  if (atEnd === 'warn') log('warn', `the token of ${name} is not renewed for long any more`)
  else if (store) tokens.drop(store)
}

const REVOKE_MS = 2_000

/**
 * No file has come of them: each try would leave a user of a database behind. Not where other leases may hang on the
 * same token, which is what ends where it is one of our own. What can't be revoked runs out.
 */
export async function giveBack(
  entries: readonly TemplateEntry[],
  leases: readonly Lease[],
  look: Look,
): Promise<void> {
  if (look.ask.leases.length > 0) return
  await revokeLeases(heldIn(templateOf(entries), leases), contextOf(look), AbortSignal.timeout(REVOKE_MS))
}

export function templateOf(entries: readonly TemplateEntry[]): Template {
  return { entries, problems: [], warnings: [] }
}
