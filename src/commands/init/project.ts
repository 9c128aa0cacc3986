import { relative, resolve } from 'node:path'
import { SecwrapError } from '../../core/errors.ts'
import { exists } from '../../core/files.ts'
import type { SecretId } from '../../core/types.ts'
import { encodePath } from '../../template/path.ts'
import { parseReference } from '../../template/reference.ts'

/** The files of one .env file. Names are as messages show them, from the working folder. */
export interface Project {
  readonly folder: string // absolute
  readonly env: string // .env
  readonly example: string // .env.example
  readonly template: string // .env.template
  readonly sealed: SecretId
  readonly sealedName: string // from the folder
  readonly referenceTo: (name: string) => string
}

/**
 * `.env.prod` has `.env.prod.template` and `secrets.prod.sops.json` beside it.
 *
 * @param sealed - another path for the sealed file, from the working folder.
 * @throws SecwrapError BAD_USAGE.
 */
export function locateProject(env: string, sealed: string | undefined): Project {
  const [, prefix = '', base = ''] = /^(.*\/)?([^/]*)$/s.exec(env) ?? []
  if (base === '' || /\.(?:template|example)$/.test(base)) {
    throw new SecwrapError('BAD_USAGE', 'init takes the .env file that the application reads', {
      hint: 'secwrap init .env',
    })
  }
  const folder = resolve(prefix)
  const sealedName = sealed === undefined ? nameSealed(base) : relative(folder, resolve(sealed))
  checkSealedName(sealedName, [base, `${base}.template`])
  const uri = `sops://./${encodePath(sealedName)}`
  return {
    folder,
    env,
    example: exists(`${env}.example`) ? `${env}.example` : `${prefix}.env.example`,
    template: `${env}.template`,
    sealed: { ...parseReference(uri, { folder }).id, uri: `${prefix}${sealedName}` },
    sealedName,
    referenceTo: name => `${uri}#${name}`,
  }
}

function nameSealed(base: string): string {
  const stage = base
    .replace(/^\.env(?=\.|$)/, '')
    .replace(/\.env$/, '')
    .replace(/^\.+/, '')
  return stage === '' ? 'secrets.sops.json' : `secrets.${stage}.sops.json`
}

function checkSealedName(name: string, taken: readonly string[]): void {
  const isBelow = name !== '' && name !== '..' && !name.startsWith('../')
  if (isBelow && /\.(?:json|ya?ml|env)$/.test(name) && !taken.includes(name)) return
  throw new SecwrapError(
    'BAD_USAGE',
    "--sealed takes a .json, .yaml or .env file of its own, below the template's folder",
    {
      hint: '--sealed secrets.sops.json',
    },
  )
}
