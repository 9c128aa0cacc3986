/**
 * Regular expressions in linear time, for `@type=matches(…)`: the pattern is a template's, but the text is
 * a secret's, and a backtracking engine can be kept busy for years by the wrong pair of them.
 * All states of the pattern advance side by side, one step a character.
 *
 * Source: Ken Thompson, "Regular Expression Search Algorithm", Communications of the ACM, June 1968.
 */
import { compilePattern, type Instruction, type Program } from './pattern-program.ts'

const MAX_LENGTH = 4_096

/**
 * Whether some part of the text matches, as `RegExp.test` with the flag `u` has it. Never for a text of
 * more than 4096 characters.
 *
 * @throws SyntaxError as `compilePattern` does.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const program = compilePattern(pattern)
  const characters = [...text]
  if (characters.length > MAX_LENGTH) return false
  let states: readonly number[] = []
  for (let at = 0; at <= characters.length; at++) {
    // A match may begin anywhere, so each position starts one.
    const reached = follow(program, [0, ...states], characters, at)
    if (reached.some(state => program[state]?.kind === 'match')) return true
    states = step(program, reached, characters[at] ?? '')
  }
  return false
}

/** The states behind those that take the character. */
function step(program: Program, states: readonly number[], character: string): readonly number[] {
  return states.flatMap(state => {
    const instruction = program[state]
    return instruction?.kind === 'character' && instruction.takes.test(character) ? [state + 1] : []
  })
}

/** All states that can be reached without a character. */
function follow(
  program: Program,
  from: readonly number[],
  characters: readonly string[],
  at: number,
): readonly number[] {
  const seen = new Set<number>()
  const open = [...from]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (seen.has(state)) continue
    seen.add(state)
    const instruction = program[state]
    if (instruction?.kind === 'fork') open.push(...instruction.to)
    else if (instruction?.kind === 'assert' && holds(instruction, characters, at)) open.push(state + 1)
  }
  return [...seen]
}

function holds(
  { what }: Extract<Instruction, { kind: 'assert' }>,
  characters: readonly string[],
  at: number,
): boolean {
  if (what === 'start') return at === 0
  if (what === 'end') return at === characters.length
  const isBoundary = isWord(characters[at - 1]) !== isWord(characters[at])
  return what === 'boundary' ? isBoundary : !isBoundary
}

function isWord(character = ''): boolean {
  return /^\w$/.test(character)
}
