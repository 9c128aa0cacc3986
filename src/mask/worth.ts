/** What is masked only where its entry is marked `@sensitive`: it would be found everywhere, and hides nothing. */

const FEWEST_CHARACTERS = 6

const COMMON_WORDS: ReadonlySet<string> = new Set(
  `accept active admin administrator always anonymous application authenticated bearer boolean changeme client
  client_credentials database debug default development disable disabled docker enable enabled example external
  false filesystem guest header internal inherit integration json kubernetes latest live local localhost
  localhost.localdomain mariadb master memory mongodb mysql network never nobody none null number object
  optional password postgres postgresql preview private prod production public rabbitmq readonly readwrite redis
  refresh_token release required replica require root sandbox secret secrets server service service_account
  sqlite staging standard stdout stderr stdin string system template testing token true undefined unknown
  username verify-ca verify-full warning 0.0.0.0 127.0.0.1
  http://localhost https://localhost`.split(/\s+/),
)

export function isWorthMasking(text: string): boolean {
  const trimmed = text.trim()
  return (
    trimmed.length >= FEWEST_CHARACTERS &&
    !COMMON_WORDS.has(trimmed.toLowerCase()) &&
    !isOneCharacter(trimmed)
  )
}

/** `------`, `******`: a line between others. */
function isOneCharacter(text: string): boolean {
  return text === text.charAt(0).repeat(text.length)
}
