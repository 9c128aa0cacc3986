declare const SECWRAP_VERSION: string | undefined // set by the build

export function versionOf(): string {
  return typeof SECWRAP_VERSION === 'string' ? SECWRAP_VERSION : 'from source'
}

/** Which of the two artifacts this is. */
export function artifactOf(): string {
  if (typeof SECWRAP_VERSION !== 'string') return 'sources'
  return process.versions.bun ? 'compiled file' : 'npm package'
}
