import test from 'ava';
import {
  CodecMisuse,
  ConfigError,
  DeviceError,
  EdgeError,
  errorText,
  InternalError,
  LinkError,
  StoreError,
  SyncError,
  UsageError,
  unreachable,
} from './errors.js';

test('an error shows its code and carries values and cause', t => {
  const cause = new TypeError('deep');
  const error = new LinkError('port/locked', 'ttyUSB0 is in use', {path: '/dev/ttyUSB0'}, cause);
  t.is(error.message, 'ttyUSB0 is in use [port/locked]');
  t.is(error.code, 'port/locked');
  t.deepEqual(error.context, {path: '/dev/ttyUSB0'});
  t.is(error.cause, cause);
});

test('without cause there is none, without context an empty one', t => {
  const error = new UsageError('a/b', 'no');
  t.false('cause' in error);
  t.deepEqual(error.context, {});
});

test('every family is an EdgeError with its own name', t => {
  const families = [
    CodecMisuse,
    LinkError,
    DeviceError,
    StoreError,
    SyncError,
    ConfigError,
    UsageError,
    InternalError,
  ];
  for (const Family of families) {
    const error = new Family('x/y', 'text');
    t.true(error instanceof EdgeError && error instanceof Error);
    t.is(error.name, Family.name);
  }
});

test('anything thrown becomes a sentence', t => {
  t.is(errorText(new TypeError('broken')), 'broken');
  t.is(errorText('could not read from HID device'), 'could not read from HID device');
  t.is(errorText(undefined), 'undefined');
});

test('a value beyond a union is a bug of ours, with place and value', t => {
  const error = t.throws(() => unreachable('other' as never, 'step'), {
    instanceOf: InternalError,
  });
  t.is(error.code, 'internal/unreachable');
  t.regex(error.message, /step: unexpected "other"/);
});
