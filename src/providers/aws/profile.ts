/**
 * The AWS CLI's shared files, ~/.aws/config and ~/.aws/credentials, as far as reading a secret needs them.
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
 */
import { exists } from '../../core/files.ts'
import type { Inherited } from '../../core/types.ts'
import { readTextFile } from './text-file.ts'

export type Settings = Readonly<Record<string, string>>

export interface AwsProfile {
  readonly name: string
  readonly chosen: boolean // by ?profile= or AWS_PROFILE, so that it has to exist
  readonly exists: boolean
  readonly settings: Settings // of both files; what ~/.aws/credentials says wins
  readonly services: Settings // of its `services` section: `ssm.endpoint_url`
  readonly files: { readonly config?: string; readonly credentials?: string } // paths
}

/** A file that is not there or can't be read counts as empty, as it does for the CLI. */
export function loadProfile(env: Inherited, option?: string): AwsProfile {
  const chosen = option || env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE
  const name = chosen || 'default'
  const config = pathOf(env, env.AWS_CONFIG_FILE, 'config')
  const credentials = pathOf(env, env.AWS_SHARED_CREDENTIALS_FILE, 'credentials')
  const configured = readIni(config)
  const sections = [
    name === 'default' ? configured.get('default') : undefined,
    configured.get(`profile ${name}`),
    readIni(credentials).get(name),
  ].filter(section => section !== undefined)
  const settings = Object.assign({}, ...sections) as Settings
  return {
    name,
    chosen: Boolean(chosen),
    exists: sections.length > 0,
    settings,
    services: configured.get(`services ${settings.services}`) ?? {},
    files: { ...(config && { config }), ...(credentials && { credentials }) },
  }
}

function pathOf({ HOME }: Inherited, setting: string | undefined, name: string): string | undefined {
  if (!setting) return HOME && `${HOME}/.aws/${name}`
  return setting.startsWith('~/') && HOME ? `${HOME}${setting.slice(1)}` : setting
}

function readIni(path: string | undefined): ReadonlyMap<string, Settings> {
  try {
    return path && exists(path) ? parseIni(readTextFile(path)) : new Map()
  } catch {
    return new Map()
  }
}

/**
 * Section → settings. White space in a section's name counts once, quotes around a part of it not at all.
 * Indented lines below `ssm =` are `ssm.…`.
 */
export function parseIni(text: string): ReadonlyMap<string, Settings> {
  const sections = new Map<string, Record<string, string>>()
  let section: Record<string, string> | undefined
  let parent = ''
  for (const line of text.split(/\r?\n/)) {
    const content = line.replace(/(^|\s)[#;].*$/, '').trimEnd()
    const title = /^\s*\[([^\]]+)\]/.exec(content)?.[1]
    if (title !== undefined) {
      section = openSection(sections, title)
      parent = ''
    }
    const [, indent, key = '', value = ''] = /^(\s*)([^=[]+?)\s*=\s*(.*)$/.exec(content) ?? []
    if (!section || !key) continue
    if (!indent) parent = value ? '' : `${key.toLowerCase()}.`
    section[`${indent ? parent : ''}${key.toLowerCase()}`] = value
  }
  return sections
}

function openSection(sections: Map<string, Record<string, string>>, title: string): Record<string, string> {
  const name = title.replace(/["']/g, '').trim().replace(/\s+/g, ' ')
  const section = sections.get(name) ?? {}
  sections.set(name, section)
  return section
}
