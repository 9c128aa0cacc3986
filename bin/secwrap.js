#!/bin/sh
':' /*
# This file is a shell script, and JavaScript for `node bin/secwrap.js` (below). The shell comes first, since it
# starts in a millisecond, can become another program, and leaves signals and limits as they are. It uses
# builtins only, and can't write a star before a slash: that would end JavaScript's comment.

fail() {
  printf 'secwrap: error: %s [BAD_CONFIG]\nsecwrap: hint: %s\n' "$1" "$2" >&2
  exit 78
}

# A shell exports PWD, also where its caller had none. NUL bytes are skipped by read, so this is one long line.
inherited=
while read -r line || [ "$line" ]; do
  case $line in *PWD=*) inherited=PWD ;; esac
done </proc/$$/environ
[ "$inherited" ] || unset PWD

# The file that the links of node_modules/.bin and of a global installation lead to.
self=$0
[ "${self#*[/]}" != "$self" ] || self=./$self
for known in ../secwrap/bin ../lib/node_modules/secwrap/bin; do
  [ -L "$self" ] && [ "${self%/*}/$known/secwrap.js" -ef "$self" ] && self=${self%/*}/$known/secwrap.js
done
while [ -L "$self" ]; do
  link=$(readlink "$self") || fail "can't read the link $self" "ls -l $self"
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
root=${self%/*}/..

# The platform's package: beside this one or above it, and of the C library that is here.
dir=$root
while :; do
  for platform in \
    linux-x64:/lib64/ld-linux-x86-64.so.2 linux-x64-musl:/lib/ld-musl-x86_64.so.1 \
    linux-arm64:/lib/ld-linux-aarch64.so.1 linux-arm64-musl:/lib/ld-musl-aarch64.so.1
  do
    program=$dir/node_modules/@secwrap/${platform%:*}/bin/secwrap
    [ -x "$program" ] && [ -e "${platform#*:}" ] && exec "$program" "$@"
  done
  [ "$dir" -ef / ] && break
  dir=$dir/..
done

command -v node >/dev/null ||
  fail 'neither a program for this platform nor Node is installed' 'npm install --include=optional secwrap'

# What Node will change before its first line of JavaScript: src/launch/start-state.ts restores it.
while read -r field first rest; do
  case $field in
    SigBlk:) blocked=$first ;;
    SigIgn:) ignored=$first ;;
  esac
done </proc/$$/status
while read -r word1 word2 word3 soft rest; do
  [ "$word1 $word2 $word3" = 'Max open files' ] && limit=$soft
done </proc/$$/limits
descriptors=
for descriptor in /proc/$$/fd/*; do
  [ -e "$descriptor" ] && ! [ "$descriptor" -ef "$0" ] && descriptors=$descriptors,${descriptor##*[/]}
done
# Options, debug output and the channel for a Node that the command may be are not for this one.
for name in \
  NODE_OPTIONS NODE_DEBUG NODE_DEBUG_NATIVE NODE_V8_COVERAGE NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE
do
  eval "[ -n \"\${$name+set}\" ] && export SECWRAP_HIDDEN_$name=\"\$$name\" && unset $name"
done
export SECWRAP_START="1 $$ $limit $ignored $blocked $descriptors"
exec node "$self" "$@"
*/

const NEEDED_NODE = 26

const [major] = process.versions.node.split('.').map(Number)
const startedByShell = process.env.SECWRAP_START?.startsWith(`1 ${process.pid} `)

if (major >= NEEDED_NODE) await import('../dist/npm/main.js')
else if (startedByShell) fail()
else await startByShell()

function fail() {
  process.stderr.write(
    `secwrap: error: no program for this platform is installed, and Node ${process.versions.node} is too old [BAD_CONFIG]\n` +
      `secwrap: hint: npm install --include=optional secwrap, or Node ${NEEDED_NODE}\n`,
  )
  process.exitCode = 78
}

async function startByShell() {
  const script = (await import('node:url')).fileURLToPath(import.meta.url)
  const argv = [script, ...process.argv.slice(2)]
  if (process.execve) process.execve('/bin/sh', ['sh', ...argv], process.env)
  // An older Node can't become another program, so it stays in between and ends as that one does.
  const { spawn } = await import('node:child_process')
  const child = spawn('/bin/sh', argv, { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal))
  // The terminal sends these to both.
  for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => {})
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
