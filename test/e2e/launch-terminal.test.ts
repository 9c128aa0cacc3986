/** At a terminal the command is what the shell started: interrupted once, stopped and continued, in the foreground. */
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'
import { openTerminal } from '../helpers/terminal.ts'

const CTRL_C = '\x03'
const CTRL_D = '\x04'
const CTRL_Z = '\x1a'
const counter = `${import.meta.dirname}/../fixtures/count-interrupts.py`

describe.each(ARTIFACTS)('$name', ({ argv }) => {
  test('Ctrl-C reaches the command once', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    using terminal = openTerminal([...argv, 'exec', '--', 'python3', counter], folder.path)
    await terminal.expect(/ready/)
    terminal.type(CTRL_C)
    expect(await terminal.expect(/interrupts: \d+/)).toBe('interrupts: 1')
    expect(await terminal.end).toEqual({ exitCode: 0, signal: 0 })
  })

  test('Ctrl-C ends a command that does not mind it', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    using terminal = openTerminal([...argv, 'exec', '--', 'sh', '-c', 'echo ready; exec cat'], folder.path)
    await terminal.expect(/ready/)
    terminal.type(CTRL_C)
    expect(await terminal.end).toEqual({ exitCode: 0, signal: 2 })
  })

  test('Ctrl-Z stops it, fg continues it, and it reads the terminal again', async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    using terminal = openTerminal(['sh', '-i'], folder.path)
    await terminal.expect(/prompt> /)
    terminal.type(`${argv.join(' ')} exec -- sed s/^/heard-/\r`)
    terminal.type('one\r')
    await terminal.expect(/heard-one/)
    terminal.type(CTRL_Z)
    await terminal.expect(/prompt> /)
    terminal.type('jobs\r')
    await terminal.expect(/Stopped/)
    terminal.type('fg\r')
    terminal.type(`two\r${CTRL_D}`)
    await terminal.expect(/heard-two/)
    terminal.type('echo status $?\r')
    await terminal.expect(/status 0\r?\n/)
  })

  test("the terminal is the command's own", async () => {
    using folder = createFolder()
    folder.write('.env.template', '')
    const show = 'test -t 0 && test -t 1 && test -t 2 && stty -a </dev/tty'
    const screen = async (prefix: readonly string[]) => {
      using terminal = openTerminal([...prefix, 'sh', '-c', `${show}; echo over`], folder.path)
      const [text] = await Promise.all([terminal.expect(/[\s\S]*over/), terminal.end])
      return text
    }
    const direct = await screen([])
    expect(direct).toContain('isig icanon')
    expect(await screen([...argv, 'exec', '--'])).toBe(direct)
  })
})
