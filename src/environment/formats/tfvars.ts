/** Terraform and OpenTofu: `NAME = "value"`. Source: HCL Native Syntax Specification, "Template Expressions". */
import { escapeUnit, type Format, refuseName, refuseValue } from './format.ts'

export const format: Format = {
  writeVariable(name, value) {
    if (RESERVED.has(name)) refuseName(`${name} can't be the name of a variable in Terraform`)
    // Every text is normalized as soon as it is read. Source: go-cty, StringVal.
    if (value.normalize('NFC') !== value)
      refuseValue("is not in Unicode's form C, which Terraform makes of all text")
    return `${name} = "${escapeText(value)}"`
  },
}

function escapeText(value: string): string {
  return value
    .replace(/["\\]/g, '\\$&')
    .replace(/[$%](?=\{)/g, '$&$&')
    .replace(/[\u0000-\u001f]/g, escapeControl)
}

function escapeControl(character: string): string {
  return ESCAPES[character] ?? escapeUnit(character)
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Source: Terraform, "Declaring an Input Variable". */
const RESERVED = new Set([
  'source',
  'version',
  'providers',
  'count',
  'for_each',
  'lifecycle',
  'depends_on',
  'locals',
])
