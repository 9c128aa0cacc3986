import { SecwrapError } from '../../core/errors.ts'

/**
 * The text of a file as JSON, so that `#key` finds fields; the text itself where it is JSON or one value.
 *
 * @param uri - for messages.
 * @throws SecwrapError BAD_VALUE for a file that is not of the format; the message shows nothing of it.
 */
export async function toJson(text: string, format: string | undefined, uri: string): Promise<string> {
  if (format === 'dotenv') return JSON.stringify((await import('dotenv')).parse(text))
  if (format === 'yaml') return yamlToJson(text, uri)
  return text
}

async function yamlToJson(text: string, uri: string): Promise<string> {
  const { parseDocument, visit } = await import('yaml')
  const document = parseDocument(text, { logLevel: 'error' })
  if (document.errors.length > 0)
    throw new SecwrapError('BAD_VALUE', `${uri} is not valid YAML`, { ref: uri })
  visit(document, {
    Scalar: (_, node) => {
      // Digit for digit: 12345678901234567890 and 1.0 stay what they are.
      if (typeof node.value === 'number' && node.source && JSON_NUMBER.test(node.source)) {
        node.value = rawJson(node.source)
      }
    },
  })
  try {
    return JSON.stringify(document.toJS()) ?? 'null'
  } catch {
    throw new SecwrapError('BAD_VALUE', `${uri}: its YAML aliases expand to too much`, { ref: uri })
  }
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function rawJson(digits: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits)
}
