import { isEnding } from '../../launch/leases.ts'
import type { Lease } from '../../launch/report.ts'
import { referencesIn } from '../../resolve/plan.ts'
import { renewLeases } from '../../resolve/renew.ts'
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
    { entries, problems: [], warnings: [] },
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
