/** What --listen serves: whether the sidecar lives, whether its files can be relied on, and its figures. */
import { type Answer, type Listener, openListener, plainAnswer } from './listener.ts'
import { createMetrics } from './metrics.ts'
import type { Listen } from './policy.ts'
import type { Standing } from './standing.ts'

/** @throws SecwrapError BAD_CONFIG */
export function openStandingListener(
  listen: Listen,
  standing: Standing,
  onAsked: () => void,
): Promise<Listener> {
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/healthz': () => plainAnswer(200, 'ok'),
    '/readyz': () => (standing.isReady() ? plainAnswer(200, 'ok') : plainAnswer(503, 'not ready')),
    '/metrics': createMetrics(standing),
  }
  return openListener(listen, path => {
    onAsked()
    return Object.hasOwn(answers, path) ? answers[path]?.() : undefined
  })
}
