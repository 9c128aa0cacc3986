/**
 * Java's .properties, in ASCII, so that it does not matter whether it is read as ISO 8859-1 or as UTF-8.
 * Source: java.util.Properties.load.
 */
import { escapeUnit, type Format } from './format.ts'

export const format: Format = {
  writeVariable: (name, value) => {
    const escaped = value
      .replaceAll('\\', '\\\\')
      .replace(/[\n\r\t\f]/g, character => ESCAPES[character] ?? '')
    return `${name}=${escaped.replace(/^ /, '\\ ').replace(/[^ -~]/g, escapeUnit)}`
  },
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f' }
