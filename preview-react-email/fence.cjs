// Loaded before anything else in every process of React Email's preview (NODE_OPTIONS): lets it reach nothing but this
// machine, and be reached by nothing but its door. Where the system can take the network away, it does that as well.
const dgram = require('node:dgram')
const dns = require('node:dns')
const net = require('node:net')

const door = process.env.PRESSROOM_PREVIEW_DOOR

class FencedError extends Error {
  constructor(target) {
    super(`${target} is beyond this machine, and this preview may not go there.`)
    this.code = 'ERR_FENCED'
  }
}

function isHere(host) {
  return host === undefined || /^(?:localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i.test(host)
}

// Everything that speaks TCP or TLS, fetch included, comes by here; a name is refused before it is looked up.
const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (...args) {
  const isNormal = Array.isArray(args[0])
  const [options] = isNormal ? args[0] : net._normalizeArgs(args)
  // A path is a socket file; `http` says null where there is none.
  const host = options.path ? undefined : (options.host ?? undefined)
  if (!isHere(host)) {
    process.nextTick(() => this.destroy(new FencedError(host)))
    return this
  }
  // It could turn a name of this machine into an address elsewhere.
  options.lookup = undefined
  return isNormal ? connect.apply(this, args) : connect.call(this, options, ...args.filter(isFunction))
}

// `listen(port)` would open every address of the machine; the door is a socket file that only the starter knows.
const { listen } = net.Server.prototype
net.Server.prototype.listen = function (...args) {
  const done = args.filter(isFunction)
  return listen.call(this, door === undefined ? { host: '127.0.0.1', port: 0 } : { path: door }, ...done)
}

for (const method of ['send', 'connect']) {
  const original = dgram.Socket.prototype[method]
  dgram.Socket.prototype[method] = function (...args) {
    const host = args.find((one) => typeof one === 'string' && (net.isIP(one) || /^[\w.-]+$/.test(one)))
    if (!isHere(host)) throw new FencedError(host)
    return original.apply(this, args)
  }
}

// Questions about names leave the machine too. `lookup` asks the system, which answers for this machine by itself.
for (const asker of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
  for (const method of Object.getOwnPropertyNames(asker)) {
    if (/^(?:resolve|reverse|lookupService)/.test(method)) asker[method] = refuse
  }
}
const { lookup } = dns
dns.lookup = (name, ...rest) => (isHere(name) ? lookup(name, ...rest) : refuse(name, ...rest))
const lookupLater = dns.promises.lookup
dns.promises.lookup = (name, ...rest) => (isHere(name) ? lookupLater(name, ...rest) : refuse(name))

function refuse(name, ...rest) {
  const error = new FencedError(name)
  const done = rest.findLast(isFunction)
  if (done === undefined) return Promise.reject(error)
  process.nextTick(done, error)
}

function isFunction(value) {
  return typeof value === 'function'
}

// The first of its processes: when whoever started it is gone, however that happened, it ends with all that it started.
if (process.env.PRESSROOM_PREVIEW_LIFELINE !== undefined) {
  delete process.env.PRESSROOM_PREVIEW_LIFELINE
  const end = () => process.kill(process.platform === 'win32' ? process.pid : -process.pid)
  process.stdin.on('end', end).on('error', end).resume().unref?.()
}
