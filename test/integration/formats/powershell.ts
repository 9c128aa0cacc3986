/** What PowerShell makes of `$env:NAME = …` lines. Written after PowerShell, tokenizer.cs. */
import type { Variables } from './variables.ts'

const SINGLE = "'\u2018\u2019\u201a\u201b"
const DOUBLE = '"\u201c\u201d\u201e'
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\u0007',
  b: '\b',
  e: '\u001b',
}

/** @throws Error for anything but assignments of plain strings, one to a line. */
export function readAssignments(text: string): Variables {
  const found: [string, string][] = []
  for (let at = 0; at < text.length; ) {
    const [head = '', name = ''] = /^\$env:(\w+) = /.exec(text.slice(at)) ?? []
    const string = readString(text, at + head.length)
    if (head === '' || text[string.end] !== '\n') throw new Error('no assignment')
    if (/[\n\r]/.test(text.slice(at, string.end))) throw new Error('more than a line')
    found.push([name, string.value])
    at = string.end + 1
  }
  return found
}

function readString(text: string, start: number): { value: string; end: number } {
  const quotes = SINGLE.includes(text[start] ?? '') ? SINGLE : DOUBLE
  if (!quotes.includes(text[start] ?? '')) throw new Error('no string')
  let value = ''
  for (let at = start + 1; at < text.length; ) {
    const [char, next] = [text.charAt(at), text.charAt(at + 1)]
    if (quotes.includes(char)) {
      if (next === '' || !quotes.includes(next)) return { value, end: at + 1 }
      value += next
      at += 2
    } else if (quotes === DOUBLE && char === '`') {
      const [whole = '', code] = /^`(?:u\{([0-9a-f]{1,6})\}|.)/su.exec(text.slice(at)) ?? []
      value += code ? String.fromCodePoint(Number.parseInt(code, 16)) : (ESCAPES[next] ?? whole.slice(1))
      at += whole.length
    } else if (quotes === DOUBLE && char === '$' && /[\w({:?^$]/.test(next)) {
      throw new Error('something expands')
    } else {
      value += char
      at += 1
    }
  }
  throw new Error('the string does not end')
}
