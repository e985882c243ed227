/**
 * Weaker signs than the built-in classes: a line that reports some trouble and names its subject, such as
 * `SSL SYSCALL error: EOF detected`. Programs word their messages in more ways than a list can hold, so where no line shows
 * a class, the last line with such a sign decides. Names are spelled out before (`NT_STATUS_ACCESS_DENIED`).
 */

/** A pattern that would not fit on one line. */
const joined = (...parts: readonly string[]) => new RegExp(parts.join(''), 'i')

/** A line without one of these words reports no trouble. */
export const troubleWords = joined(
  String.raw`\b(?:err(?:or)?s?|err!|please|fatal|panic|fail(?:ed|s|ure|ing)?|exceptions?|uncaught|cannot|`,
  "can ?not|[a-z]{2,6}n't|can't|unable|denied|refus(?:ed|es|ing)|reject(?:ed|s)|abort(?:ed|ing)?|",
  'giving up|gave up|bad|wrong|invalid|illegal|incorrect|malformed|insufficient|problem|severed|stale|',
  'weird|partial|malformed|missing|lost|broken|unknown|undefined|unrecogni[sz]ed|unexpected(?:ly)?|',
  'unsupported|unreachable|unavailable|unauthori[sz]ed|forbidden|revoked|expired|required|requires|',
  'must|exceed(?:ed|s|ing)?|exhausted|too|(?:is|was|been|host|ip|address|being) (?:blocked|banned)|',
  'locked|busy|conflict|could not|not (?:online|mounted|be|in the|allowed|permitted|accepted|supported|',
  'valid|recogni[sz]ed|available|connected|responding|match(?:ed)?|exist|found|known|able|granted|',
  'enabled|configured|trusted|verified|reachable|resolved|registered|defined|enough|completed?|ready|',
  'served|a valid)|no (?:such|longer|rows? (?:in|found|was|were|returned)|response|answer|reply|route|',
  String.raw`valid|[\w-]{1,20} (?:[\w'-]{1,20} )?(?:[\w'-]{1,20} )?(?:found (?:for|matching|named|similar|with|`,
  'on)|available for|provided|specified|given|configured))|has changed|(?:is|are|was|were|has|have|did|',
  'does|do|could|would|will) not|nt status|stat=|status=(?:deferred|bounced))',
)

/** Names that report trouble themselves: an exception's, `ERR_…`, `NT_STATUS_…`, `AUTH_FAILED`. */
export const troubleName =
  /\w(?:Error|ErrorCode|Exception|Failed|Failure|Denied|Invalid|Malformed|OutOfBounds\w{0,9}|OutOfRange)\b|\b(?:ERR|NT_STATUS|E)_?[A-Z]{3}|[A-Z]_(?:FAILED|DENIED|ERROR|INVALID|EXPIRED|REFUSED|REJECTED|UNKNOWN|FAILURE|EXCEEDED|EXHAUSTED|TIMEOUT|TIMED_OUT|UNAVAILABLE|NOT_FOUND)\b/

/** Texts that name such a subject and report success, progress, a mistake in a script, or trouble of this machine. */
export const noHint = joined(
  String.raw`^\s{0,9}-{1,2}[a-z]|\w: (?:false|true|no|none|null|undefined),?$|\b(?:INFO|DEBUG|TRACE|NOTICE|INF|`,
  String.raw`DBG|PASS(?:ED)?|BUILD SUCCESS)\b|^\s{0,9}(?:\[?(?:info|debug|notice|verbose)\b|File "|at |from |`,
  String.raw`raise |except |throw |[+#>$] )|"(?:level|severity)": ?"(?:info|debug)"|\b(?:(?:Value|Type|Name|`,
  'Attribute|Index|Key|Reference|Syntax|Import|ModuleNotFound|FileNotFound|FileExists|IsADirectory|',
  'NotADirectory|Assertion|UnboundLocal|ZeroDivision|NotImplemented|Recursion|Memory|Indentation|',
  String.raw`Lookup|Range|NoMethod|Unicode\w{1,9}|StopIteration|OutOfMemory)Error|NullPointer\w{1,10}|`,
  String.raw`ClassNotFound\w{1,10}|ClassCast\w{1,10}|IndexOutOfBounds\w{1,10}|Illegal(?:State|`,
  String.raw`Argument)Exception)\b|\b(?:no such file or directory|no space left|out of (?:memory|space)|`,
  String.raw`memory exhausted|disk (?:full|quota|i\/o|usage)|over (?:its )?quota|storage ?quota|`,
  'too many open files|file exists|not empty|checksum|hash sum|merge|superblock|magic number|',
  'already running|another (?:instance|process|operation)|is locked|already locked|held by|',
  String.raw`database is locked|lock file|index\.lock|state lock|(?:gzip|zip) format|zipfile|core dumped|`,
  'segmentation fault|terminated|killed|command not found|sub-?process|exit(?:ed)? (?:code|status|',
  'with)|exit status|control process|dependency tree|dependencies|(?:port|address) (?:is )?already|',
  'smart|clock|local changes|overwritten|would be|unbound variable|too many arguments$|test(?:s|ed|',
  'ing)?|retrying|going on|continuing|ignored|ignoring|skipp(?:ed|ing)|tolerated|positional argument|',
  'has no attribute|is not defined|is not a function|no (?:problems|issues|changes|updates|',
  String.raw`vulnerabilities|warnings|errors|differences)|[:=] ?0$|\b0 (?:\w{1,20} )?\w{1,20},|successfully|`,
  'gzip: stdin|incremental stream|was interrupted|compressed data|undefined reference|cannot find -l|',
  String.raw`error TS\d{1,5}|corrupt(?:ed)?|all [\w ]{1,40} present|none not|unaffected)\b`,
)

/** In the order in which they are believed. */
export const hintPatterns: readonly (readonly [name: string, pattern: RegExp])[] = [
  [
    'validation',
    /\b(?:parse|parser|parsing|syntax|sax|json|xml|yaml|semantic|compilation) ?(?:parse )?(?:exception|error)\b/i,
  ],
  [
    'rate-limit',
    joined(
      String.raw`\b(?:rate ?limit(?:s|ed|ing)?|throttl(?:ed|es|ing|e)|quotas?|too many (?:requests|attempts|messages|`,
      'calls)|flood(?:ing)?|per (?:second|minute|hour|day)|cap exceeded|usage limit|daily limit|',
      'monthly limit|request limit|send(?:ing)? limit|credits? (?:exhausted|limit)|',
      String.raw`too many (?:\w{1,20} )?operations|too (?:fast|quickly|often|frequent(?:ly)?))\b`,
    ),
  ],
  [
    'timeout',
    joined(
      String.raw`\b(?:time-?outs?|timed ?out|time out|time limit|deadline|timer expired|max(?:imum)? attempts|`,
      'took too long|too long to (?:respond|complete|answer|connect)|no (?:response|reply|answer)|(?:not|',
      String.raw`never|stopped) respond(?:ing|ed)?|unresponsive|not (?:finish|complete|become ready)|waited|hung)\b`,
    ),
  ],
  [
    'auth',
    joined(
      String.raw`\b(?:auth(?:entication|enticated?|enticating|ori[sz]ation|ori[sz]ed?|ori[sz]ing)?|oauth2?|`,
      'unauthori[sz]ed|unauthenticated|forbidden|credentials?|passwords?|passwd|passphrases?|pass phrase|',
      'log-?in|log ?on|logged in|sign ?in|signing|signatures?|certificates?|certs?|x509|pkix|ca bundle|',
      'permissions?|privileges?|denied|not permitted|access (?:to|key|token|rights?|level)|api ?keys?|',
      '(?:secret|private|public|access|host|signing|ssh|encryption|decryption) ?keys?|keys? (?:has |was |',
      'is |have )?(?:expired|rejected|revoked|not available|invalid)|required key|keyring|(?:access|',
      'refresh|bearer|session|security|id|auth|bot|api|jwt|personal|csrf|invalid|bad|expired|',
      'wrong) tokens?|tokens? (?:is|has|was|not|expired|invalid|mismatch|could|cannot)|session (?:is |',
      'has )?(?:expired|invalid)|insufficient (?:access|rights|scope)|superuser|sudoers?|root privileges|',
      'must be (?:root|owner|superuser|admin)|owner of|kerberos|gssapi|sasl|saml|sso|mfa|2fa|two-factor|',
      'otp|identity|trusted|untrusted|trust|issuer|self-signed|blocked|banned|blacklisted|blocklisted|',
      'not allowed (?:to|from|by|for)|access policy|skewed|account (?:is |has been )?(?:locked|disabled|',
      'suspended|inactive)|protected branch|scopes?|missing access|subscription to|additional subscription|',
      'tsig|ownership|verify|nonce|known hosts|subscription (?:is )?(?:expired|required|inactive)|',
      String.raw`licen[sc]e (?:is |has |key )?(?:expired|invalid|required)|entitle\w{1,6}|decrypt(?:ion)?|`,
      String.raw`insufficient access|not (?:granted|entitled|enrolled|subscribed))\b`,
    ),
  ],
  [
    'connection',
    joined(
      String.raw`\bis [\w -]{1,40} (?:responding|running|reachable|up)\?|\b(?:connect(?:ion|ions|ing|ed|or|ivity)?|`,
      'disconnect(?:ed|ion)?|reconnect(?:ing|ion)?|socket|sockets|network|net(?:work)? (?:error|down)|dns|',
      'nxdomain|name (?:resolution|server)|resolv(?:e|er|ing|ed)|host ?names?|hosts? (?:unreachable|',
      'unknown|is down)|unknown host|unreachable|route to|handshake|eof|end of (?:file|stream) (?:from|',
      'while)|peer|tunnel|websocket|web socket|stream (?:closed|error|reset|was)|streams?|broken pipe|',
      'remote (?:host|end|side)|proxy|tls|ssl|tcp|udp|link (?:down|failure)|hung up|hang ?up|transport|',
      '(?:transferred a )?partial (?:file|content|read)|communication error|link has been|',
      'stale (?:nfs )?file handle|server reply|keyserver|negotiat(?:e|ion|ing)|payload is not completed|',
      'incomplete (?:read|body|response|message)|truncated (?:response|body|download)|protocol (?:error|',
      'violation|version)|packets?|mirrorlist|dial(?:ing)?|unable to reach|not reachable|banner|establish|',
      String.raw`not online|contact|gateway|(?:fetch|load|download|retriev|get|access|open)\w{0,4} [^.]{0,80}\burl|`,
      String.raw`offline|rpc)\b`,
    ),
  ],
  [
    'not-found',
    joined(
      String.raw`\b(?:resource type|do(?:es)? not (?:appear|seem) to be|not (?:be )?(?:found|located|exist|`,
      'registered)|not exist|no longer (?:available|exists?|supported|has|in|on|valid|hosted|maintained)|',
      String.raw`no such|no (?:[\w-]{1,20} )(?:[\w-]{1,20} )?(?:[\w-]{1,20} )?(?:found|matched) (?:for|in|matching|`,
      String.raw`with|named|similar|at|on|that)|no [\w-]{1,20} of \S{1,40} found|no [\w '"-]{1,60} (?:found|defined)|`,
      String.raw`no (?:nodes?|rows?|records?|results?|documents?|match(?:es|ing)?|[\w-]{1,20} found|`,
      String.raw`[\w-]{1,20} match(?:es|ed)?|[\w-]{1,20} releases?|item|entry|entries)|\w{2,6}n't (?:have an?|find|`,
      'exist)|not find|did not find|matched no|(?:missing|unknown|undefined|nonexistent) (?:script|section|',
      'file|host|user|command|job|table|schema|module|image|tag|branch|ref|object|package|repository|topic|',
      'queue|key|bucket|resource|profile|target|id|symbol|index|collection|database|volume|share|channel|',
      'release|version|project|group|role|member|container|pod|service|unit|device|entity|zone|record|',
      'template|page|account|recipient|mailbox|domain|column)s?|(?:was|were|been|be) (?:deleted|removed|',
      "deprecated|archived|delisted)|delisted|deleted|gone|nothing (?:found|matches|matched)|couldn't stat|",
      'cannot stat|unable to (?:find|locate|open)|cannot (?:find|locate)|undefined (?:table|column|',
      String.raw`function|object)|name not (?:known|registered)|empty result)\b`,
    ),
  ],
  [
    'server',
    joined(
      String.raw`\b(?:busy|overload(?:ed)?|unavailable|maintenance|capacity|read-?only|`,
      'max(?:imum)? number of (?:clients|connections|users)|clients reached|maxmemory|misconf|slots?|',
      'quorum|leader|replicas?|no longer running|not running|crashed|failover|shutting down|starting up|',
      'starting|restarting|recovering|recovery|not ready|backend|upstream|temporar(?:y|ily)|later|',
      String.raw`service (?:is|has|failure|error)|status (?:50\d|5xx)|5xx|deadlock(?:ed)?|serialization (?:failure|`,
      'error)|contention|try again|currently|node is|cluster|shards?|not served|went wrong|unhealthy|',
      String.raw`no healthy)\b`,
    ),
  ],
  [
    'validation',
    joined(
      String.raw`\b(?:invalid|illegal|incorrect|malformed|wrong|bad (?:request|argument|parameter|value|input|data|`,
      'format|option|syntax|field|row|record|character|number|date|url|uri|query|symbol|name|header)|',
      'unexpected (?:token|end|character|value|type|field|column|key|argument|option|eof|input|format|byte|',
      'string|symbol|keyword|element|response format)|overflow|underflow|out of range|out of bounds|',
      'division by zero|divide by zero|syntax|formats?|formatted|pars(?:e|er|ed|ing)|cast|convert(?:ed)?|',
      String.raw`conversion|decod(?:e|er|ed|ing)|encod(?:e|ed|ing)|(?:de)?serializ\w{1,8}|unmarshal\w{0,6}|`,
      'validat(?:e|ed|ion|or)|valid|must|required|requires|(?:please|must|to) (?:provide|supply|choose|',
      'select)|specif(?:y|ied|ies)|mandatory|expect(?:ed|ing|s)|unsupported|not supported|not allowed|',
      'not a valid|ambiguous|(?:unknown|unrecogni[sz]ed|undeclared|undefined|unsupported|missing|extra|',
      'unused|additional|duplicate|conflicting|mutually) (?:option|variable|argument|parameter|flag|field|',
      'attribute|column|key|keyword|value|property|directive|type|setting|switch|command|function|operator|',
      'resource|data|reference|exclusive|delimiter|header|quote|bracket|comma)s?|already (?:exists?|in use|',
      'taken|used|own|owned|being used|defined)|already exists|duplicates?|conflict|mismatch(?:ed|es)?|',
      'do(?:es)? not match|did not match|condition(?:al|s)?|constraints?|violat(?:es|ed|ion|ing)|',
      'too (?:long|large|small|short|big|low|high|old|new|early|far|many (?:columns|fields|values|',
      'arguments|parameters))|json|yaml|xml|csv|schema|arguments?|parameters?|options?|fields?|values?|',
      'columns?|types?|wrongtype|string|cannot index|cannot iterate|integer|numeric|number|not null|null|',
      'nan|declined|in use|re-use|is undefined|empty|blank|usage|unterminated|unescaped|delimiter|minimum|',
      'maximum|exceeds? the (?:maximum|limit|size)|too many|precision|notional|lot size|balance|',
      String.raw`insufficient (?:funds|balance|margin))\b`,
    ),
  ],
  ['not-found', /\b(?:unknown|nonexistent|non-existent) [\w-]{2}/i],
  ['server', /\b(?:internal|server (?:error|failure|fault|side)|servers? (?:is|are|has|had|was))\b/i],
]
