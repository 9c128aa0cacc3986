import { type Node, parsePattern } from './pattern-syntax.ts'

/** One state of a compiled pattern. All but a fork go on with the next one. */
export type Instruction =
  | Extract<Node, { kind: 'character' | 'assert' }>
  | { readonly kind: 'fork'; readonly to: readonly number[] }
  | { readonly kind: 'match' }

export type Program = readonly Instruction[]

const MAX_INSTRUCTIONS = 2_000

/** @throws SyntaxError as `parsePattern` does, and where the repetitions written out are too many. */
export function compilePattern(pattern: string): Program {
  const program: Instruction[] = []
  emit(parsePattern(pattern), program)
  program.push({ kind: 'match' })
  return program
}

function emit(node: Node, program: Instruction[]): void {
  if (program.length > MAX_INSTRUCTIONS) throw new SyntaxError('repeats too much')
  if (node.kind === 'sequence') for (const each of node.nodes) emit(each, program)
  else if (node.kind === 'choice') emitChoice(node.nodes, program)
  else if (node.kind === 'repeat') emitRepeat(node, program)
  else program.push(node)
}

/** Forks to every branch; each but the last jumps behind the last. */
function emitChoice(nodes: readonly Node[], program: Instruction[]): void {
  const [only, ...others] = nodes
  if (only && others.length === 0) {
    emit(only, program)
    return
  }
  const fork = reserve(program)
  const starts: number[] = []
  const ends: number[] = []
  for (const node of nodes) {
    starts.push(program.length)
    emit(node, program)
    ends.push(reserve(program))
  }
  program[fork] = { kind: 'fork', to: starts }
  for (const end of ends) program[end] = { kind: 'fork', to: [program.length] }
}

function emitRepeat({ node, least, most }: Extract<Node, { kind: 'repeat' }>, program: Instruction[]): void {
  for (let count = 0; count < least; count++) {
    const before = program.length
    emit(node, program)
    if (program.length === before) return // nothing, however often
  }
  if (most === Infinity) {
    const loop = reserve(program)
    emit(node, program)
    program.push({ kind: 'fork', to: [loop] })
    program[loop] = { kind: 'fork', to: [loop + 1, program.length] }
    return
  }
  const forks: number[] = []
  for (let count = least; count < most; count++) {
    forks.push(reserve(program))
    emit(node, program)
  }
  for (const fork of forks) program[fork] = { kind: 'fork', to: [fork + 1, program.length] }
}

/** A place for a fork whose targets are not known yet. */
function reserve(program: Instruction[]): number {
  return program.push({ kind: 'fork', to: [] }) - 1
}
