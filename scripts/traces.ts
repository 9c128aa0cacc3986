/** Names of hosts and folders that belong to one machine, in files that are for all. */

// Folders that every machine has, and containers too: they may be named.
const COMMON = new Set(
  'bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var'.split(' '),
)

/** `file: trace` for each mention of a package registry, a home folder, or the folder that this clone is in. */
export function findTraces(files: ReadonlyMap<string, string>, root: string, registry: string): string[] {
  const top = root.split('/')[1] ?? ''
  const hosts = [
    new URL(registry).host,
    'registry.npmjs' + '.org',
    'pypi' + '.org',
    'files.pythonhosted' + '.org',
  ]
  const folders = COMMON.has(top) || top === '' ? [] : [`/${top}/`]
  return [...files].flatMap(([file, text]) => {
    const named = [...hosts, ...folders].filter(trace => text.includes(trace))
    const homes = text.match(/\/(?:home|Users)\/(?!app\b|node\b|user\b)[a-z][\w.-]*\//g) ?? []
    return [...named, ...homes].map(trace => `${file}: ${trace}`)
  })
}
