/** The completion scripts, by the shells themselves. */
import { execFileSync, spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { BARE_ENVIRONMENT, COMPILED, secwrap } from '../helpers/secwrap.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { openTerminal } from '../helpers/terminal.ts'

/** bash is everywhere; the others count where they are installed. */
const SHELLS = ['bash', 'zsh', 'fish'].filter(shell => spawnSync(shell, ['-c', 'true']).status === 0)

/** How a shell with a prompt is started, and what it is told first; fish tells without one. */
const PROMPTS: Readonly<Record<string, readonly [argv: readonly string[], line: string]>> = {
  bash: [['bash', '--norc', '-i'], 'source <(secwrap completion bash)'],
  zsh: [['zsh', '-f', '-i'], 'autoload -Uz compinit; compinit -u -D; source <(secwrap completion zsh)'],
}

const CASES = [
  ['a command', 'secwrap', 'chec', 'check'],
  ['a flag', 'secwrap exec', '--pris', '--pristine'],
  ['a negated flag', 'secwrap check', '--no-c', '--no-color'],
  ['a choice', 'secwrap exec --log-level', 'si', 'silent'],
  ['the value of a flag that needs none', 'secwrap exec', '--mask=p', '--mask=pty'],
  ['a file', 'secwrap exec --template', 'templ', 'template-of-mine'],
  ['a shell', 'secwrap completion', 'fi', 'fish'],
  ['what there is help for', 'secwrap help', 'comp', 'completion'],
  ['a command to run', 'secwrap exec --', 'secw', 'secwrap'],
] as const

let folder: Folder
let env: Readonly<Record<string, string>>

beforeAll(() => {
  folder = createFolder()
  symlinkSync(COMPILED.argv[0] ?? '', `${folder.path}/secwrap`)
  folder.write('template-of-mine', '')
  env = { PATH: `${folder.path}:${BARE_ENVIRONMENT.PATH}`, HOME: folder.path }
})
afterAll(() => folder[Symbol.dispose]())

test('there is a shell to ask', () => {
  expect(SHELLS).toContain('bash')
})

test.each(SHELLS)('%s takes its script', async shell => {
  const { stdout, stderr, exitCode } = await secwrap(['completion', shell])
  expect([exitCode, stderr]).toEqual([0, ''])
  execFileSync(shell, ['-n', folder.write(`completion.${shell}`, stdout)])
  expect(stdout).toMatch(/\bexec\b[\s\S]*pass-credentials/)
})

test.each(SHELLS.flatMap(shell => CASES.map(row => [shell, ...row] as const)))(
  '%s completes %s',
  async (shell, _, before, begun, whole) => {
    const prompt = PROMPTS[shell]
    if (prompt) await typeAndExpect(prompt, `${before} ${begun}\t`, `${before} ${whole}`)
    else expect(askFish(`${before} ${begun}`)).toContain(whole)
  },
)

async function typeAndExpect(
  [argv, line]: readonly [readonly string[], string],
  keys: string,
  shown: string,
): Promise<void> {
  using terminal = openTerminal(argv, folder.path, env)
  terminal.type(`${line}; echo rea''dy\n`)
  await terminal.expect(/ready\r?\n/)
  terminal.type(keys)
  await terminal.expect(new RegExp(RegExp.escape(shown)))
}

function askFish(line: string): string[] {
  const script = `secwrap completion fish | source; complete -C '${line}'`
  const options = { env, cwd: folder.path, encoding: 'utf8' } as const
  return execFileSync('fish', ['--no-config', '-c', script], options)
    .split('\n')
    .map(row => row.split('\t')[0] ?? '')
}
