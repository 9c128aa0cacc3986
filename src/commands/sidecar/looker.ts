/** One look: reads what the files need, writes those that are not as they should be, and tells what it found. */
import { asSecwrapError, describe } from '../../core/errors.ts'
import { countRequests } from '../../core/http.ts'
import type { Libc } from '../../core/libc.ts'
import { writeAll } from '../../core/log.ts'
import { formatTold, parseAsk, type Told } from '../../launch/sidecar/report.ts'
import { Journal } from '../../render/journal.ts'
import type { FlagValues } from '../flags.ts'
import { endInOrder, readRequest } from '../render.ts'
import { deadlineOf } from '../verbs.ts'
import { beginWork } from '../watch/begin-work.ts'
import type { WorkStage } from '../watch/stage.ts'
import { refreshFiles } from './refresh.ts'
import { openTokens } from './tokens.ts'

/** Does not return. @throws SecwrapError or AggregateError at the first look, for main.ts to tell. */
export async function look(
  libc: Libc,
  stage: WorkStage,
  values: FlagValues,
  words: readonly string[],
): Promise<never> {
  const { report } = stage
  const { asked, key } = beginWork(libc, stage)
  const ask = parseAsk(asked)
  const tell = (lines: readonly Told[]) => writeAll(report, formatTold(lines))
  const journal = new Journal()
  endInOrder(journal)
  try {
    const request = { ...readRequest(values, words), key }
    const openKept = (isNews: boolean) => openTokens(libc, stage.tokens, isNews)
    const tokens = openKept(ask.marks.size === 0)
    await refreshFiles({
      request,
      ask,
      journal,
      tell,
      tokens,
      openTokens: openKept,
      signal: deadlineOf(values),
    })
    tell([{ event: 'requests', count: countRequests() }, { event: 'ready' }])
  } catch (error) {
    tell([{ event: 'requests', count: countRequests() }])
    if (ask.isFirst) throw error
    tell(listProblems(error).map(text => ({ event: 'problem', text })))
  }
  process.exit(0)
}

function listProblems(error: unknown): readonly string[] {
  const all: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
  return all.map(each => describe(asSecwrapError(each)))
}
