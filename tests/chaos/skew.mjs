// Loaded into a worker by --import: its wall clock is FANWISE_TEST_SKEW milliseconds off. The monotonic clock is not.
const skew = Number(process.env.FANWISE_TEST_SKEW ?? 0)
const now = Date.now
const RealDate = Date
const origin = performance.timeOrigin + skew
Object.defineProperty(performance, 'timeOrigin', { get: () => origin, configurable: true })
globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now() + skew)
    else super(...args)
  }
  static now() {
    return now() + skew
  }
}
