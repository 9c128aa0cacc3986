/** What `copy` and `import` share: preview, question, writing with a bar, and a word on what was done. */
import { isatty } from 'node:tty'
import { type Applied, apply } from '../copy/apply.ts'
import type { Step } from '../copy/items.ts'
import type { Plan } from '../copy/plan.ts'
import { Stores } from '../copy/stores.ts'
import { SecwrapError, throwTogether } from '../core/errors.ts'
import { log, writeAll } from '../core/log.ts'
import type { Reference } from '../core/types.ts'
import { Patience } from '../resolve/patience.ts'
import type { Flag, FlagValues } from './flags.ts'
import { Interruption } from './interruption.ts'
import { formatCounts, formatPreview, formatSummary, type Shown, toShown } from './preview.ts'
import { Progress } from './progress.ts'
import { canAsk, confirm } from './prompt.ts'
import { printTable } from './table.ts'
import { createContext, JSON_FLAG, PATIENT_FLAGS, YES_FLAG } from './verbs.ts'

export const TRANSFER_FLAGS: readonly Flag[] = [
  {
    name: 'dry-run',
    type: 'boolean',
    default: false,
    describe: 'Show what would be written, and write nothing',
  },
  { name: 'overwrite', type: 'boolean', default: false, describe: 'Write over other values' },
  { name: 'skip-existing', type: 'boolean', default: false, describe: 'Leave other values as they are' },
  YES_FLAG,
  JSON_FLAG,
  ...PATIENT_FLAGS,
]

/** Makes the plan, shows it, asks, and writes what is not the same already. */
export async function transfer(
  to: Reference,
  flags: FlagValues,
  makePlan: (stores: Stores) => Promise<Plan>,
): Promise<void> {
  checkFlags(flags)
  using patience = new Patience(Number(flags.timeout) * 1_000)
  const stores = new Stores(createContext(), patience)
  try {
    await stores.writers.open(to.id) // a store that is only read is told before any is asked
    const plan = await planWithBar(stores, makePlan)
    if (flags['dry-run']) printPreview(plan.steps, flags)
    else await carryOut(leaveOut(plan, flags), plan.steps, flags, stores, patience)
  } finally {
    await stores.close()
  }
}

function checkFlags(flags: FlagValues): void {
  if (flags.overwrite && flags['skip-existing']) {
    throw new SecwrapError('BAD_USAGE', '--overwrite and --skip-existing exclude each other')
  }
  if (flags['dry-run'] || flags.yes || canAsk()) return
  throw new SecwrapError('BAD_USAGE', 'there is no terminal to ask at', {
    hint: '--dry-run shows what would be written, --yes writes it',
  })
}

async function planWithBar(stores: Stores, makePlan: (stores: Stores) => Promise<Plan>): Promise<Plan> {
  using progress = new Progress('secrets read')
  stores.onProgress = count => progress.advance(count)
  return await makePlan(stores)
}

function printPreview(steps: readonly Step[], flags: FlagValues): void {
  const rows = steps.map(step => toShown(step, Boolean(flags['skip-existing'])))
  printTable(rows, { json: Boolean(flags.json), color: Boolean(flags.color) })
  if (isatty(1) && !flags.json) writeAll(1, `${formatSummary(rows)}\n`)
}

function leaveOut(plan: Plan, flags: FlagValues): Plan {
  if (!flags['skip-existing']) return plan
  // The compiler can't see that it is the same kind on both sides.
  return { ...plan, steps: plan.steps.filter(({ action }) => action !== 'change') } as Plan
}

async function carryOut(
  plan: Plan,
  all: readonly Step[],
  flags: FlagValues,
  stores: Stores,
  patience: Patience,
): Promise<void> {
  const rows = all.map(step => toShown(step, Boolean(flags['skip-existing'])))
  const count = plan.steps.filter(({ action }) => action !== 'same').length
  patience.pause() // somebody may take his time for the answer
  if (count > 0 && !(await isWanted(rows, flags))) return
  using interruption = new Interruption()
  using progress = new Progress('secrets written', count)
  patience.renew()
  stores.onProgress = done => progress.advance(done)
  const applied = await apply(plan, stores, { isStopped: () => interruption.signal !== undefined })
  progress[Symbol.dispose]()
  printOutcome(applied, rows, Boolean(flags.json))
  throwTogether(applied.problems)
  if (!interruption.signal || applied.left === 0) return
  log('warn', `stopped by ${interruption.signal}: the same command again writes what is left`)
  process.exitCode = interruption.exitCode
}

/** @throws SecwrapError BAD_USAGE where other values would be written over, and nobody said so. */
async function isWanted(rows: readonly Shown[], flags: FlagValues): Promise<boolean> {
  const changes = rows.filter(({ action }) => action === 'change')
  if (!flags.yes) {
    if (await confirm('write this?', `${formatPreview(rows)}\n`)) return true
    log('warn', 'nothing was written')
    process.exitCode = 1
    return false
  }
  const [first] = changes
  if (!first || flags.overwrite) return true
  const more =
    changes.length > 1 ? `, and so ${changes.length === 2 ? 'does' : 'do'} ${changes.length - 1} more` : ''
  throw new SecwrapError('BAD_USAGE', `${first.to} has another value${more}; nothing was written`, {
    ref: first.to,
    hint: '--overwrite or --skip-existing; --dry-run shows them',
  })
}

function printOutcome({ written, failed, left }: Applied, rows: readonly Shown[], json: boolean): void {
  const countOf = (action: Shown['action']) => rows.filter(row => row.action === action).length
  const outcome = { written, same: countOf('same'), skipped: countOf('skip'), failed, left }
  const text = json
    ? JSON.stringify(outcome, null, 2)
    : formatCounts(Object.entries(outcome).map(([word, count]) => [count, word]))
  writeAll(1, `${text}\n`)
}
