import type { FileChange } from '../../core/replace-files.ts'

/** A `.sops.yaml` by which sops seals new files for the same recipients. */
export function formatConfig(folder: string, sealedName: string, recipients: readonly string[]): FileChange {
  const pattern = USUAL.test(sealedName)
    ? USUAL.source
    : `^${sealedName.replaceAll(/[.+*?^$()[\]{}|\\]/g, '\\$&')}$`
  const text = `# Who can open new files that sops seals here. Existing ones: sops updatekeys FILE
creation_rules:
  - path_regex: '${pattern.replaceAll("'", "''")}'
    age: '${recipients.join(',')}'
`
  return { path: `${folder}/.sops.yaml`, text }
}

const USUAL = /\.sops\.(env|json|ya?ml)$/
