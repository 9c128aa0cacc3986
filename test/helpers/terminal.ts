/** A program in a terminal of its own, as a person at the keyboard has it. */
import { type IPty, spawn } from '@lydell/node-pty'
import { BARE_ENVIRONMENT } from './secwrap.ts'

const PATIENCE_MS = 10_000

export interface Terminal extends Disposable {
  readonly pid: number
  type(keys: string): void
  resize(columns: number, rows: number): void // 80 and 24 at first
  /** Everything that was shown so far. */
  readonly shown: () => string
  /** Waits until the screen shows this after what was waited for before. Fails after ten seconds. */
  expect(pattern: RegExp): Promise<string>
  readonly end: Promise<{ readonly exitCode: number; readonly signal?: number | undefined }>
}

export function openTerminal(
  argv: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>> = {},
): Terminal {
  const [file = '', ...args] = argv
  const pty = spawn(file, args, { cwd, env: { ...BARE_ENVIRONMENT, PS1: 'prompt> ', TERM: 'dumb', ...more } })
  const screen = watch(pty)
  return {
    pid: pty.pid,
    type: keys => pty.write(keys),
    resize: (columns, rows) => pty.resize(columns, rows),
    shown: screen.shown,
    expect: screen.expect,
    end: new Promise(done => pty.onExit(done)),
    [Symbol.dispose]: () => {
      try {
        pty.kill('SIGKILL')
      } catch {
        // it has ended
      }
    },
  }
}

function watch(pty: IPty): Pick<Terminal, 'expect' | 'shown'> {
  let all = ''
  let text = ''
  let check = () => {}
  pty.onData(data => {
    all += data
    text += data
    check()
  })
  const expect: Terminal['expect'] = pattern =>
    new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`no ${pattern} in: ${text}`)), PATIENCE_MS)
      check = () => {
        const match = pattern.exec(text)
        if (!match) return
        text = text.slice(match.index + match[0].length)
        check = () => {}
        clearTimeout(timer)
        done(match[0])
      }
      check()
    })
  return { expect, shown: () => all }
}
