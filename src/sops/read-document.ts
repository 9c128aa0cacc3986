import { parseDotenv } from './dotenv.ts'
import { parseJsonTree } from './json.ts'
import { type Document, splitMetadata } from './metadata.ts'
import { broken, type Format, type MapNode } from './tree.ts'
import { parseYamlQuickly } from './yaml-quick.ts'

/** Reading needs neither the places of values nor, as a rule, the comments. */
export type Purpose = 'read' | 'edit'

/** @throws SecwrapError BAD_VALUE for a file that is not sealed. */
export async function readDocument(text: string, format: Format, purpose: Purpose): Promise<Document> {
  const quick = format === 'yaml' && purpose === 'read' ? parseYamlQuickly(text) : undefined
  const document = quick && splitMetadata(quick, format)
  if (document && !document.metadata.rule.name.includes('comment')) return document
  return splitMetadata(await parseTree(text, format), format)
}

async function parseTree(text: string, format: Format): Promise<MapNode> {
  if (format === 'dotenv') return parseDotenv(text)
  if (format === 'binary' && !text.trimStart().startsWith('{')) {
    throw broken('is not a binary file of sops', '?format=dotenv, ?format=json or ?format=yaml')
  }
  if (format !== 'yaml') return parseJsonTree(text)
  const { parseYamlTree } = await import('./yaml.ts')
  return parseYamlTree(text)
}
