/** Programs and what they are given, as the kernel takes them. */
import { type Libc, systemCalls } from '../core/libc.ts'

export type Text = string | Uint8Array // bytes where they are not UTF-8

export interface Image {
  readonly file: string
  readonly argv: readonly Text[]
  readonly variables: readonly Text[] // NAME=value
}

/** Addresses of the file, of argv and of the environment, in the order of execve(2). */
export type Laid = readonly [file: number, argv: number, variables: number]

/**
 * This process becomes the program.
 *
 * @param beforeCall - for what is to be done when all is prepared.
 * @returns the errno: if it works, the call does not return.
 */
export function execute(libc: Libc, image: Image, beforeCall: () => void = () => {}): number {
  const laid = layOutImage(libc, image)
  beforeCall()
  return -libc.call(systemCalls().execve, ...laid)
}

/** It stays in memory, so a program that is started again and again is laid out once. */
export function layOutImage(libc: Libc, { file, argv, variables }: Image): Laid {
  return [
    libc.addressOf(endWithNul([file])),
    libc.addressOf(layOut(libc, argv)),
    libc.addressOf(layOut(libc, variables)),
  ]
}

/** C strings in memory: their addresses, ended by a null pointer, as execve takes them; 64 bits in two halves. */
function layOut(libc: Libc, texts: readonly Text[]): Uint32Array {
  const halves = new Uint32Array(2 * texts.length + 2)
  if (texts.length === 0) return halves
  const bytes = endWithNul(texts)
  const start = libc.addressOf(bytes)
  let next = 0
  for (let index = 0; index < texts.length; index++) {
    halves[2 * index] = (start + next) % 2 ** 32
    halves[2 * index + 1] = (start + next) / 2 ** 32
    next = bytes.indexOf(0, next) + 1
  }
  if (next !== bytes.length) throw new Error('a NUL byte inside a string')
  return halves
}

function endWithNul(texts: readonly Text[]): Uint8Array {
  let ended = ''
  for (const text of texts) {
    if (typeof text !== 'string') return joinBytes(texts)
    ended += `${text}\0`
  }
  // One call for all of them: with one a string, 40 variables take 0.3 ms.
  return new TextEncoder().encode(ended)
}

// A function of its own: the engine makes Buffer as soon as it links one that names it, which takes 0.1 ms.
function joinBytes(texts: readonly Text[]): Uint8Array {
  const nul = new Uint8Array(1)
  return Buffer.concat(texts.flatMap(text => [typeof text === 'string' ? Buffer.from(text) : text, nul]))
}
