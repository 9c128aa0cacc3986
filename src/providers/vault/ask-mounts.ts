import { errorsOf, type VaultAnswer } from './client.ts'
import { explainDenial } from './denial.ts'
import { notVault } from './failures.ts'
import { Mounts, readMount } from './mounts.ts'
import type { Session } from './session.ts'

/** The mounts of a server, asked with the token of a session. */
export function createMounts(session: Session, namespace: string | undefined): Mounts {
  return new Mounts(async (path, signal) => {
    const { value: token } = await session.token(signal)
    const request = { path: `sys/internal/ui/mounts/${path}`, token, namespace }
    const answer = await session.client.request(request, signal)
    if (answer.status === 403 && isAboutMount(answer)) return undefined
    if (answer.status === 403) throw await explainDenial(session, path, signal)
    const mount = readMount(answer, path)
    if (mount) return mount
    throw notVault(answer, session.client.store)
  })
}

/** "preflight capability check returned 403": from a living token, where a dead one gets less. */
function isAboutMount(answer: VaultAnswer): boolean {
  return errorsOf(answer).includes('preflight')
}
