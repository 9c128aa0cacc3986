/**
 * What each step of `exec` took, for whoever looks for the time: with SECWRAP_TIMING=1 a line on standard error,
 * `secwrap: timing: boot=1.6 parse=0.3 read=4.1 build=0.1 launch=0.2`, in milliseconds. `boot` is from the
 * runtime's own first moment to ours.
 */
import { writeAll } from './log.ts'

const steps: string[] = []
let isOn = false
let last = 0

export function startTiming(env: { readonly SECWRAP_TIMING?: string | undefined }): void {
  isOn = Boolean(env.SECWRAP_TIMING)
  endStep('boot')
}

export function endStep(name: string): void {
  if (!isOn) return
  const now = performance.now()
  steps.push(`${name}=${(now - last).toFixed(2)}`)
  last = now
}

export function tellSteps(): void {
  if (isOn) writeAll(2, `secwrap: timing: ${steps.join(' ')}\n`)
}
