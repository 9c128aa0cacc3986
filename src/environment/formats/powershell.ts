/**
 * `$env:NAME = 'value'` for PowerShell. One line a variable, so that it survives a pipeline, which works by lines.
 *
 * Curved quotes count as straight ones. An empty value takes PowerShell 7.5; older ones unset the variable.
 * Source: PowerShell, tokenizer.cs and about_Special_Characters.
 */
import type { Format } from './format.ts'

export const format: Format = {
  writeVariable: (name, value) =>
    `$env:${name} = ${/[\u0000-\u001f\u007f]/.test(value) ? writeExpandable(value) : writeVerbatim(value)}`,
}

function writeVerbatim(value: string): string {
  return `'${value.replace(/['\u2018-\u201b]/g, '$&$&')}'`
}

function writeExpandable(value: string): string {
  const text = value.replace(/[`$"\u201c-\u201e]/g, '`$&').replace(/[\u0000-\u001f\u007f]/g, escapeControl)
  return `"${text}"`
}

function escapeControl(character: string): string {
  return ESCAPES[character] ?? `\`u{${character.charCodeAt(0).toString(16)}}`
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '`n', '\r': '`r', '\t': '`t' }
