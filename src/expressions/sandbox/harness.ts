/**
 * The script that runs inside the guest before anything of the user's. It keeps its own copies
 * of what it needs, so guest code that rewrites JSON or Promise fools only itself: the host
 * takes nothing but one text from here, and parses it as data.
 */
import { maxOutputLength, maxPrintedLength, maxPrintedLine } from '#expressions/sandbox/protocol.ts'

export const harnessSource = `(() => {
  'use strict';
  const { parse, stringify } = JSON;
  const then = Promise.prototype.then;
  const call = Function.prototype.call.bind(Function.prototype.call);
  const isPromise = (value) => typeof value === 'object' && value !== null && value instanceof PromiseOf;
  const PromiseOf = Promise;
  const ErrorOf = Error;
  const slice = String.prototype.slice;
  const functions = [];
  let answer = '';
  // One text that grows, not a list: reading it calls nothing that the guest could have put in its way.
  let printed = '';
  const textOf = (value) => { try { return call(slice, '' + value, 0, 2000); } catch { return ''; } };
  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null || value instanceof ErrorOf) return textOf(value);
    try { return textOf(stringify(value)); } catch { return textOf(value); }
  };
  const print = (...values) => {
    if (printed.length > ${maxPrintedLength}) return;
    let line = '';
    for (let i = 0; i < values.length && line.length < ${maxPrintedLine}; i++) line += (i === 0 ? '' : ' ') + shown(values[i]);
    printed += (printed === '' ? '' : '\\n') + call(slice, line, 0, ${maxPrintedLine});
  };
  globalThis.console = { log: print, info: print, warn: print, error: print, debug: print };
  const fail = (thrown, facts) => {
    const fault = facts || {};
    const isError = typeof thrown === 'object' && thrown !== null;
    fault.name = isError && typeof thrown.name === 'string' ? textOf(thrown.name) : '';
    fault.message = isError && 'message' in thrown ? textOf(thrown.message) : shown(thrown);
    fault.stack = isError ? textOf(thrown.stack) : '';
    answer = 'e' + stringify(fault);
  };
  const jsonOf = (value) => {
    if (value === undefined) return 'null';
    if (isPromise(value)) throw new TypeError('it gives a promise; only a Code step can wait for one');
    const json = stringify(value);
    if (json === undefined) throw new TypeError('it gives a ' + typeof value + ', which is not data');
    return json;
  };
  const put = (json) => { answer = json.length > ${maxOutputLength} ? 'l' : 'o' + json; };
  // The runtime is put back after each job, and with it the state of its own generator: every job would draw the same.
  let a = 0, b = 0, c = 0, d = 0, seed = 0;
  const draw = () => {
    const t = (a + b | 0) + d | 0;
    d = d + 1 | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = (c << 21 | c >>> 11) + t | 0;
    return t >>> 0;
  };
  const seeded = () => {
    a = seed * 4294967296 | 0;
    b = seed * 4294967296 % 1 * 4294967296 | 0;
    c = 0, d = 1, seed = 0;
    for (let i = 0; i < 12; i++) draw();
  };
  Math.random = { random() {
    if (seed !== 0) seeded();
    return ((draw() >>> 5) * 67108864 + (draw() >>> 6)) / 9007199254740992;
  } }.random;
  // Nothing is given free before the job is over: then all is put back at once.
  let held;
  // The engine passes over what it is asked for: the hour would be that of the server.
  const DateOf = Date;
  for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
    const own = Date.prototype[name];
    Date.prototype[name] = { [name](locales, options) {
      const zone = options === null || typeof options !== 'object' ? undefined : options.timeZone;
      if (zone === undefined) return call(own, this, locales, options);
      if (zone !== 'UTC' && zone !== 'Etc/UTC' && zone !== 'GMT') throw new TypeError(name + ' knows no time zone but UTC here. Calculate with the offset of the zone, or let the service format it that shows it');
      return call(own, new DateOf(+this + this.getTimezoneOffset() * 60000), locales, options);
    } }[name];
  }
  const jobOf = (input) => {
    const job = typeof input === 'string' ? parse(input) : input;
    held = job;
    seed = job.seed;
    return job;
  };
  const argumentsOf = (scope, names) => names.map((name) => scope[name]);
  // Values that an expression may change are its own, so that no other sees what it did to them.
  const ownOf = (values, names, copied) => {
    const own = [];
    for (let i = 0; i < values.length; i++) own[i] = typeof values[i] === 'object' && copied.includes(names[i]) ? parse(stringify(values[i])) : values[i];
    return own;
  };
  return {
    add(fn) { functions.push(fn); },
    code(input) {
      const { scope, names } = jobOf(input);
      try {
        call(then, functions[0](...argumentsOf(scope, names)), (value) => { try { put(jsonOf(value)); } catch (e) { fail(e); } }, (e) => fail(e));
      } catch (e) { fail(e); }
    },
    evaluate(input) {
      const { scope, names, copies } = jobOf(input);
      const values = argumentsOf(scope, names);
      let json = '[';
      for (let i = 0; i < functions.length; i++) {
        try { json += (i === 0 ? '' : ',') + jsonOf(functions[i](...(copies && copies[i] ? ownOf(values, names, copies[i]) : values))); } catch (e) { return fail(e, { expression: i }); }
      }
      put(json + ']');
    },
    each(input) {
      const { scope, names, items, firstIndex, copies } = jobOf(input);
      const values = argumentsOf(scope, names);
      const all = [...names, 'item', 'index'];
      let json = '[';
      for (let n = 0; n < items.length; n++) {
        json += n === 0 ? '[' : ',[';
        for (let i = 0; i < functions.length; i++) {
          try { json += (i === 0 ? '' : ',') + jsonOf(copies && copies[i] ? functions[i](...ownOf([...values, items[n], firstIndex + n], all, copies[i])) : functions[i](...values, items[n], firstIndex + n)); } catch (e) { return fail(e, { expression: i, index: firstIndex + n }); }
        }
        json += ']';
      }
      put(json + ']');
    },
    read() { return answer; },
    printed() { return printed; },
  };
})()`
