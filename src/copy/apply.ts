/** Writes what was planned: side by side, at the pace that the store bears, until it is done or somebody stops it. */
import { asSecwrapError, type ErrorCode, type SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { Writer } from '../core/types.ts'
import { Limiter } from '../resolve/limit.ts'
import { updateSecret, writeOver, writeSecret } from '../resolve/write.ts'
import { applySteps, type FieldStep, type FieldsPlan } from './fields.ts'
import type { Plan, SecretStep } from './plan.ts'
import type { Stores } from './stores.ts'

export interface Control {
  /** Nothing new is begun once it is true; what is under way is finished. */
  isStopped(): boolean
}

export interface Applied {
  readonly written: number
  readonly failed: number
  readonly problems: readonly SecwrapError[] // a store that is away is told once
  readonly left: number // neither written nor failed
}

/** Writes under way at most. */
const LANES = 64
/** More of the same would be as long as the list itself. */
const MAX_PROBLEMS = 20
/** These are about the store, so the next write would fail as well. */
const ENDING: readonly ErrorCode[] = ['UNAVAILABLE', 'TIMED_OUT', 'BAD_CONFIG']

/** Writes the steps of a plan that are not the same already. Never throws a SecwrapError: `problems` has them. */
export async function apply(plan: Plan, stores: Stores, control: Control): Promise<Applied> {
  if (plan.kind === 'fields') return applyFields(plan, plan.steps.filter(isNeeded), stores)
  return applySecrets(plan.steps.filter(isNeeded), stores, control)
}

function isNeeded({ action }: Pick<SecretStep, 'action'>): boolean {
  return action !== 'same'
}

async function applySecrets(
  steps: readonly SecretStep[],
  stores: Stores,
  { isStopped }: Control,
): Promise<Applied> {
  const limiter = new Limiter()
  const waiting = steps.values()
  const problems: SecwrapError[] = []
  let written = 0
  const isOver = () => isStopped() || problems.length >= MAX_PROBLEMS || problems.some(isEnding)
  const work = async () => {
    while (!isOver()) {
      const step = waiting.next()
      if (step.done) return
      try {
        await writeStep(step.value, stores, limiter)
        written++
        stores.progress(1)
      } catch (error) {
        problems.push(asSecwrapError(error))
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(LANES, steps.length) }, work))
  const failed = problems.length
  return { written, failed, problems: distinct(problems), left: steps.length - written - failed }
}

function distinct(problems: readonly SecwrapError[]): readonly SecwrapError[] {
  return [...new Map(problems.map(problem => [`${problem.code} ${problem.message}`, problem])).values()]
}

function isEnding({ code }: SecwrapError): boolean {
  return ENDING.includes(code)
}

async function writeStep(
  { id, secret, newest }: SecretStep,
  stores: Stores,
  limiter: Limiter,
): Promise<void> {
  const writer = limitWrites(await stores.writers.open(id), limiter)
  if (newest === undefined) await writeSecret(writer, id, secret, {}, stores.signal)
  else await writeOver(writer, id, secret, newest || undefined, stores.signal)
}

/** The writer with its writes in the limiter's queue, which is shorter where the store throttles. */
function limitWrites(writer: Writer, limiter: Limiter): Writer {
  const write: Writer['write'] = (...args) => limiter.run(() => writer.write(...args))
  return { ...writer, write }
}

/** All of them in one write: done or not done. */
async function applyFields(plan: FieldsPlan, steps: readonly FieldStep[], stores: Stores): Promise<Applied> {
  if (steps.length === 0) return { written: 0, failed: 0, problems: [], left: 0 }
  try {
    const writer = await stores.writers.open(plan.id)
    const change = (before: Secret | undefined) => applySteps(plan, steps, before)
    await updateSecret(writer, plan.id, change, {}, stores.signal)
    stores.progress(steps.length)
    return { written: steps.length, failed: 0, problems: [], left: 0 }
  } catch (error) {
    return { written: 0, failed: steps.length, problems: [asSecwrapError(error)], left: 0 }
  }
}
