/**
 * pg asks `navigator` whether it runs at Cloudflare. Without one, as on Node 20, it makes a Response to find out, for
 * which Node loads all of fetch: the `fleet` suite of the bench shows it in each start. Newer versions of Node have one.
 */
if (!('navigator' in globalThis)) {
  const userAgent = `Node.js/${process.versions.node.split('.')[0]}`
  Object.defineProperty(globalThis, 'navigator', {value: {userAgent}, configurable: true})
}
