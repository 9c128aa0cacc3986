import { SecwrapError } from '../core/errors.ts'
import { writeAll } from '../core/log.ts'
import { bashScript } from './completion/bash.ts'
import { fishScript } from './completion/fish.ts'
import type { Words } from './completion/words.ts'
import { zshScript } from './completion/zsh.ts'
import type { Flag, FlagValues } from './flags.ts'
import { COMMANDS } from './index.ts'

export const flags: readonly Flag[] = []

const SHELLS: Readonly<Record<string, (commands: readonly Words[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** Prints the completion script of a shell: `source <(secwrap completion bash)`. */
export async function handler(_: FlagValues, [shell = '', ...others]: readonly string[]): Promise<void> {
  const names = Object.keys(SHELLS)
  const script = names.includes(shell) && others.length === 0 ? SHELLS[shell] : undefined
  if (!script) {
    throw new SecwrapError('BAD_USAGE', `completion takes one of ${names.join(', ')}`, {
      hint: 'secwrap completion bash',
    })
  }
  writeAll(1, script(await Promise.all(COMMANDS.map(command => readWords(command, names)))))
}

async function readWords(
  { command, describe, runsProgram, load }: (typeof COMMANDS)[number],
  shells: readonly string[],
): Promise<Words> {
  const words = { command, describe, runsProgram: runsProgram ?? false, flags: (await load()).flags }
  return command === 'completion' ? { ...words, choices: shells } : words
}
