import type { TemplateEntry } from '../../core/types.ts'
import { isEnding } from '../../launch/leases.ts'
import type { Lease } from '../../launch/report.ts'
import { referencesIn } from '../../resolve/plan.ts'
import { renewLeases, revokeLeases } from '../../resolve/renew.ts'
import { entriesOf, type Source } from '../render/files.ts'
import { heldIn } from '../watch/held.ts'
import { contextOf, type Look } from './around.ts'

export interface Kept extends Lease {
  readonly life?: number | undefined // that it lives from now on, where it was renewed
}

/** @returns the leases that the files may go on with. */
export async function renewDue(sources: readonly Source[], look: Look): Promise<readonly Kept[]> {
  const entries = sources.flatMap(entriesOf)
  const names = new Set(entries.flatMap(({ parts }) => referencesIn(parts).map(({ id }) => id.uri)))
  const used = look.ask.leases.filter(({ name }) => names.has(name))
  const due = heldIn(
    templateOf(entries),
    used.filter(({ renewable }) => renewable),
  )
  const renewed = await renewLeases(due, contextOf(look), look.signal)
  const lives = new Map([...renewed].map(([{ id }, seconds]) => [id, seconds]))
  return used.flatMap(lease => {
    if (!lease.renewable) return [lease]
    const life = lives.get(lease.id ?? '') ?? 0
    return isEnding({ ...lease, endsAt: life * 1_000 }, 0) ? [] : [{ ...lease, life }]
  })
}

const REVOKE_MS = 2_000

/** No file has come of them: each try would leave a user of a database behind. What can't be revoked runs out. */
export async function giveBack(
  entries: readonly TemplateEntry[],
  leases: readonly Lease[],
  look: Look,
): Promise<void> {
  await revokeLeases(heldIn(templateOf(entries), leases), contextOf(look), AbortSignal.timeout(REVOKE_MS))
}

function templateOf(entries: readonly TemplateEntry[]) {
  return { entries, problems: [], warnings: [] }
}
