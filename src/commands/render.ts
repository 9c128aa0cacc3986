import { SecwrapError } from '../core/errors.ts'
import { log, writeAll } from '../core/log.ts'
import { protectProcess } from '../launch/exec.ts'
import { hasSignal } from '../launch/signals.ts'
import { Journal } from '../render/journal.ts'
import { parseOwner } from '../render/owner.ts'
import { parsePair } from '../render/pairs.ts'
import { takeCaller } from './caller.ts'
import { refuseIdleFlags } from './exec.ts'
import type { Flag, FlagValues } from './flags.ts'
import {
  openSources,
  type Rendered,
  type RenderRequest,
  removeRendered,
  renderFiles,
} from './render/files.ts'
import { PASSWORD_FLAG, parsePassword } from './render/keystores.ts'
import { SIDECAR_FLAGS } from './sidecar/flags.ts'
import { flatten } from './table.ts'
import { deadlineOf, VERB_FLAGS } from './verbs.ts'
import { isReadOnce } from './watch/read-once.ts'

const RENDER_FLAGS: readonly Flag[] = [
  {
    name: 'mode',
    type: 'string',
    argument: 'MODE',
    describe: 'Who may read the files, in octal [600, and 700 for what can be executed]',
  },
  {
    name: 'owner',
    type: 'string',
    argument: 'USER',
    describe: 'USER, USER:GROUP or :GROUP that the files belong to; names or numbers',
  },
  {
    name: 'atomic-set',
    type: 'string',
    argument: 'FOLDER',
    describe: 'Folder whose files change all at once, as in Kubernetes: TARGETs are below it',
  },
  PASSWORD_FLAG,
  {
    name: 'check',
    type: 'boolean',
    default: false,
    describe: 'Write nothing, name the files that would change, and exit with 1 if there are any',
  },
  {
    name: 'cleanup',
    type: 'boolean',
    default: false,
    describe: 'Remove the files instead of writing them, and ask no store; with --watch, at the end',
  },
]

export const flags = [...RENDER_FLAGS, ...SIDECAR_FLAGS, ...VERB_FLAGS]

/** Of `--check`, where a file would change. */
const WOULD_CHANGE = 1

/** Fills references in files, and writes what is not as it should be; all of it or nothing. */
export async function handler(values: FlagValues, words: readonly string[]): Promise<void> {
  const request = readRequest(values, words)
  if (values.watch === true) return watch(request, values, words)
  refuseIdleFlags('render', SIDECAR_FLAGS, values, process.env)
  if (values.cleanup) {
    for (const path of removeRendered(request)) log('info', `${path} is removed`)
    return
  }
  protectProcess()
  // Before signals are heard: who types a source, or reads it from a pipe, waits where no handler would be run.
  const opened = openSources(request)
  const journal = new Journal()
  using _ = endInOrder(journal)
  const { changed } = await renderFiles(opened, request, deadlineOf(values), journal)
  if (request.isCheck) return tellChanges(changed)
  for (const path of changed) log('info', `${path} is written`)
}

async function watch({ pairs, isCheck }: RenderRequest, values: FlagValues, words: readonly string[]) {
  if (isCheck) throw new SecwrapError('BAD_USAGE', '--watch and --check do not go together')
  const once = pairs.find(({ source }) => isReadOnce(source))
  if (once) {
    const source = once.source === '-' ? 'standard input' : 'a pipe'
    throw new SecwrapError('BAD_USAGE', `--watch reads the sources again, which ${source} does not allow`, {
      hint: 'secwrap render --watch app.conf.template:/run/app.conf',
    })
  }
  return (await import('./sidecar/run.ts')).watchFiles(values, words, flags)
}

/** @throws SecwrapError BAD_USAGE. */
export function readRequest(values: FlagValues, words: readonly string[]): RenderRequest {
  if (words.length === 0) {
    throw new SecwrapError('BAD_USAGE', 'render takes SOURCE:TARGET, one or more', {
      hint: 'secwrap render app.conf.template:/run/app.conf',
    })
  }
  if (values.check && values.cleanup) {
    throw new SecwrapError('BAD_USAGE', '--check and --cleanup exclude each other')
  }
  const { mode, owner, 'atomic-set': atomicSet, 'pkcs12-password': password } = values
  return {
    pairs: words.map(parsePair),
    mode: mode === undefined ? undefined : parseMode(String(mode)),
    owner: owner === undefined ? {} : parseOwner(String(owner)),
    atomicSet: atomicSet === undefined ? undefined : String(atomicSet),
    password: password === undefined ? undefined : parsePassword(String(password)),
    isCheck: Boolean(values.check),
    key: '',
    inherited: process.env,
  }
}

function parseMode(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8)
  throw new SecwrapError('BAD_USAGE', '--mode takes three octal digits, such as 0640')
}

function tellChanges(changed: Rendered['changed']): void {
  writeAll(1, changed.map(path => `${flatten(path)}\n`).join(''))
  if (changed.length > 0) process.exitCode = WOULD_CHANGE
}

const ENDING = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const

/** A signal ends the process at once, with the files as they were; not one that the caller ignores, as nohup does. */
export function endInOrder(journal: Journal): Disposable {
  const { ignored } = takeCaller(process.env).start
  const heard = Object.entries(ENDING).filter(([, number]) => !hasSignal(ignored, number))
  const handlers = heard.map(([name, number]) => {
    const handler = () => {
      journal.undo()
      process.exit(128 + number)
    }
    process.on(name, handler)
    return () => process.off(name, handler)
  })
  return { [Symbol.dispose]: () => handlers.map(remove => remove()) }
}
