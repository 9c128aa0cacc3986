/** What a command finds when it starts, as test/fixtures/probe.sh prints it, made comparable between two runs. */
import { readFileSync } from 'node:fs'
import { run } from './secwrap.ts'
import { createFolder } from './temporary-folder.ts'

const fixtures = `${import.meta.dirname}/../fixtures`
const PROBE = ['sh', '-c', readFileSync(`${fixtures}/probe.sh`, 'utf8')]

/** What the caller changes before it starts the program. See test/fixtures/with-state.py. */
export interface CallerState {
  readonly ignored?: readonly number[]
  readonly blocked?: readonly number[]
  readonly limits?: Readonly<Record<string, readonly [number, number]>>
  readonly descriptors?: Readonly<Record<number, string>>
  readonly [other: string]: unknown
}

export type State = Readonly<Record<string, unknown>>

/** The state of a command that `prefix` starts (`[]`: nothing but the caller itself). */
export async function probe(caller: CallerState, prefix: readonly string[]): Promise<State> {
  using folder = createFolder()
  folder.write('.env.template', '')
  const argv = ['python3', `${fixtures}/with-state.py`, JSON.stringify(caller), ...prefix, ...PROBE]
  const { stdout, stderr, exitCode, pid } = await run(argv, {
    cwd: folder.path,
    env: { PWD: folder.path, LANG: 'C.UTF-8' },
  })
  if (exitCode !== 0) throw new Error(`the probe ended with ${exitCode}: ${stdout} ${stderr}`)
  return readState(stdout, pid, folder.path)
}

function readState(text: string, pid: number, folder: string): State {
  const sections = text.split(/^== /m).slice(1)
  const entries = sections.map(section => {
    const [name = '', ...lines] = section.trimEnd().split('\n')
    return [name, READERS[name]?.(lines, pid) ?? lines.join('\n').replace(/:\[\d+\]/, '')]
  })
  return JSON.parse(JSON.stringify(Object.fromEntries(entries)).replaceAll(folder, '<folder>')) as State
}

const READERS: Readonly<Record<string, (lines: string[], pid: number) => unknown>> = {
  status: lines => lines.filter(line => KEPT.test(line)),
  stat: ([line = ''], pid) => readStat(line, pid),
  environ: ([base64 = '']) => Buffer.from(base64, 'base64').toString('latin1').split('\0').sort(),
}

// Of /proc/PID/status: what execve keeps. The rest counts memory and time.
const KEPT =
  /^(Sig(?!Q)|ShdPnd|Umask|Uid|Gid|Groups|NoNewPrivs|Seccomp|Cap|Cpus|Mems|Speculation|THP|Untag|CoreDumping|Threads)/

/** Of /proc/PID/stat: who it is, in whose group, and how it is scheduled. Source: proc(5). */
function readStat(line: string, pid: number): Readonly<Record<string, number | boolean>> {
  const [, ...fields] = line.replace(/\(.*\)/, '').split(/ +/)
  const at = (number: number) => Number(fields[number - 3])
  return {
    isSameProcess: Number(line.split(' ')[0]) === pid,
    isOurChild: at(4) === process.pid,
    isGroupLeader: at(5) === pid,
    isSessionLeader: at(6) === pid,
    terminal: at(7),
    priority: at(18),
    nice: at(19),
    exitSignal: at(38),
    policy: at(41),
  }
}
