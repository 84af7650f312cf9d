import {AlarmSound} from './alarm-sound.js';
import {byId, clearList, element, renderList} from './elements.js';
import {askReason} from './reason-dialog.js';

const setup = JSON.parse(byId('setup').textContent);
const sound = new AlarmSound();
const LISTS = ['alarms', 'warnings', 'notices', 'bays', 'posts', 'lines', 'devices'];

let language = localStorage.getItem('language') ?? setup.language;
let words = setup.words[language];
/** The newest picture, and when it came on this browser's clock. */
let picture;
let pictureAtMs = 0;

const isRinging = alarm => alarm.state === 'raised' || alarm.state === 'notified';
const nameOf = person => setup.staff.find(({id}) => id === person)?.name ?? person;

function button(text, label, onclick) {
  return element('button', {type: 'button', 'aria-label': label, onclick}, text);
}

/** Send an action; the answer of a refusal says in the lot's own word why. */
async function send(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: {'Content-Type': 'application/json', 'X-Latchkey-Token': setup.token},
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    notice(response.ok ? words.page.done : `${words.page.refused}: ${whyNot(answer)}`);
  } catch {
    notice(words.page.disconnected);
  }
}

function whyNot({result, error}) {
  return words.reasons[result?.reason] ?? `${error.where}: ${error.expected} (${error.got})`;
}

function notice(text) {
  const place = byId('notice');
  place.textContent = text;
  place.hidden = false;
}

/** The name chosen at the top; without one the choice is offered and nothing happens. */
function chosenPerson() {
  const choice = byId('person');
  if (choice.value !== '') return choice.value;
  notice(words.page.choosePerson);
  choice.focus();
  return undefined;
}

function act(path, title, options = {}) {
  byId('notice').hidden = true;
  const person = chosenPerson();
  if (person === undefined) return;
  if (options.reason) {
    askReason(title, nameOf(person), options.falseCall === true, answer => {
      void send(path, {person, ...answer});
    });
  } else {
    void send(path, {person});
  }
}

function alarmTile(alarm) {
  const {page, alarmKinds, alarmStates} = words;
  const place = alarm.bay ?? alarm.collector ?? alarm.device ?? '';
  const title = `${alarmKinds[alarm.kind]} ${place}`;
  const path = `/api/alarms/${encodeURIComponent(alarm.id)}`;
  const tools = element('div', {class: 'tools'});
  const offer = (name, action, options) =>
    tools.append(button(name, `${name}: ${title}`, () => act(`${path}/${action}`, title, options)));
  if (alarm.kind === 'BUS_DOWN') {
    const href = `/release-sheet/${encodeURIComponent(alarm.device)}`;
    tools.append(
      element('a', {href, target: '_blank', rel: 'noopener'}, words.manualRelease.print),
    );
  }
  if (isRinging(alarm)) offer(page.acknowledge, 'acknowledge');
  else {
    if (alarm.state === 'acked') offer(page.onsite, 'onsite');
    offer(page.close, 'close', {reason: true, falseCall: alarm.kind === 'EMERGENCY_BUTTON'});
  }
  const facts = [alarmStates[alarm.state]];
  if (alarm.count > 1) facts.push(`${alarm.count} ${page.times}`);
  if (isRinging(alarm) && alarm.contact !== null) facts.push(`${page.calling} ${alarm.contact}`);
  if (alarm.ackedBy !== null) facts.push(`${page.ackedBy} ${nameOf(alarm.ackedBy)}`);
  if (alarm.ring === 'low') facts.push(page.lowRing);
  return element(
    'li',
    {'data-state': alarm.state},
    element('span', {class: 'age', 'data-raised-ms': alarm.raisedMs, 'aria-hidden': 'true'}),
    element('strong', {}, title),
    element('div', {}, facts.join(' · ')),
    element('p', {class: 'detail'}, alarm.detail),
    tools,
  );
}

function bayTile(bay) {
  const {page, arms, occupancies, phases} = words;
  const facts = [arms[bay.arm], occupancies[bay.occupancy]];
  if (bay.session !== null) facts.push(phases[bay.session]);
  if (bay.health === 'offline') facts.push(page.offline);
  if (!bay.saleable) facts.push(page.withdrawn);
  const path = `/api/bays/${encodeURIComponent(bay.id)}`;
  const tools = element('div', {class: 'tools'});
  const offer = (name, verb) => {
    const title = `${name} ${bay.id}`;
    tools.append(button(name, title, () => act(`${path}/${verb}`, title, {reason: true})));
  };
  if (bay.arm !== 'down') offer(page.open, 'open');
  if (bay.arm !== 'up') offer(page.raise, 'close');
  return element(
    'li',
    {'data-arm': bay.arm, 'data-health': bay.health},
    element('strong', {}, bay.id),
    element('div', {}, facts.join(' · ')),
    tools,
  );
}

function postTile(post) {
  const {page} = words;
  const bare = post.minCardSecurity === 'uid';
  const [first, second] = post.screen?.lines ?? ['', ''];
  return element(
    'li',
    {},
    element('strong', {}, `${post.id} (${post.zone})`),
    ' ',
    element('span', {class: bare ? 'bare' : 'ok'}, bare ? page.bareCards : page.proofCards),
    ' ',
    element('span', {class: 'bad'}, post.health === 'offline' ? page.offline : ''),
    element('pre', {'data-tone': post.screen?.tone ?? 'neutral'}, `${first}\n${second}`),
  );
}

function lineTile(line) {
  const ok = line.state === 'ok';
  const state = ok ? words.page.ok : words.page.down;
  return element('li', {}, `${line.id}: `, element('span', {class: ok ? 'ok' : 'bad'}, state));
}

function deviceTile(device) {
  const isOffline = device.health === 'offline';
  const state = isOffline ? words.page.offline : words.page.ok;
  return element(
    'li',
    {},
    `${device.id} ${device.reading} `,
    element('span', {class: isOffline ? 'bad' : 'ok'}, state),
  );
}

function warningTile(warning) {
  const subject = warning.subject === '' ? '' : `${warning.subject}: `;
  return element('li', {}, `${subject}${words.warnings[warning.code]}`);
}

function noticeTile({text}) {
  return element('li', {}, text);
}

function drawHead() {
  const {page, links} = words;
  const {site, cloud, storage, alarms} = picture;
  const ringing = alarms.filter(isRinging).length;
  document.title = `${ringing > 0 ? `(${ringing}) ` : ''}${site.name} · ${page.title}`;
  byId('site').textContent = `${site.name} · ${page.title}`;
  const age =
    cloud.oldestUnsentMs === null ? '' : `, ${page.oldest} ${seconds(cloud.oldestUnsentMs)}`;
  byId('cloud').textContent =
    `${page.cloud}: ${links[cloud.link]} · ${cloud.unsent} ${page.unsent}${age}`;
  byId('storage').textContent =
    `${page.storage}: ${storage.state === 'ok' ? page.ok : `${page.fault} ${storage.detail}`}`;
  byId('version').textContent = `Latchkey ${site.version} · ${site.id}`;
}

function drawConfig() {
  const {page} = words;
  const {phase, endsMs, answered, gone} = picture.config;
  const place = byId('config');
  place.hidden = phase === 'none';
  if (phase === 'staged') place.replaceChildren(page.configStaged);
  if (phase !== 'trial') return;
  place.replaceChildren(
    `${page.configTrial} `,
    element('span', {'data-ends-ms': endsMs, 'aria-hidden': 'true'}),
    ` · ${gone}/${answered} ${page.configGone}`,
  );
}

function draw() {
  if (!picture) return;
  drawHead();
  drawConfig();
  renderList(byId('alarms'), picture.alarms, alarm => alarm.id, alarmTile);
  renderList(byId('bays'), picture.bays, bay => bay.id, bayTile);
  renderList(byId('posts'), picture.collectors, post => post.id, postTile);
  renderList(byId('lines'), picture.lines, line => line.id, lineTile);
  renderList(byId('devices'), picture.devices, device => device.id, deviceTile);
  renderList(byId('warnings'), picture.warnings, ({code, subject}) => code + subject, warningTile);
  renderList(byId('notices'), picture.notices, ({id}) => id, noticeTile);
  byId('no-alarms').hidden = picture.alarms.length > 0;
  byId('warnings-part').hidden = picture.warnings.length === 0;
  byId('notices-part').hidden = picture.notices.length === 0;
  ring();
}

function ring() {
  const ringing = picture.alarms.filter(isRinging);
  const loud = ringing.some(alarm => alarm.ring === 'normal');
  sound.ring(ringing.length === 0 ? 'silent' : loud ? 'normal' : 'low');
}

function seconds(ms) {
  return `${Math.max(0, Math.floor(ms / 1000))} ${words.page.seconds}`;
}

/** Ages run on between two pictures, by the browser's own clock. */
function tick(nowMs) {
  if (picture) {
    const gatewayMs = picture.nowMs + (nowMs - pictureAtMs);
    for (const age of document.querySelectorAll('[data-raised-ms]')) {
      const text = seconds(gatewayMs - Number(age.dataset.raisedMs));
      if (age.textContent !== text) age.textContent = text;
    }
    for (const rest of document.querySelectorAll('[data-ends-ms]')) {
      const text = seconds(Number(rest.dataset.endsMs) - gatewayMs);
      if (rest.textContent !== text) rest.textContent = text;
    }
  }
  requestAnimationFrame(tick);
}

function speak(chosen) {
  language = chosen;
  words = setup.words[language];
  localStorage.setItem('language', language);
  document.documentElement.lang = language;
  for (const place of document.querySelectorAll('[data-word]')) {
    place.textContent = words.page[place.dataset.word];
  }
  const other = Object.keys(setup.words).find(name => name !== language);
  const toggle = byId('language');
  toggle.lang = other;
  toggle.textContent = other === 'en' ? 'English' : '中文';
  byId('person').options[0].textContent = words.page.choosePerson;
  byId('link').textContent = words.page.disconnected;
  showSound();
  for (const name of LISTS) clearList(byId(name));
  draw();
}

function showSound() {
  byId('sound').textContent = sound.started ? words.page.soundOn : words.page.soundOff;
  byId('sound').setAttribute('aria-pressed', String(sound.started));
}

function startSound() {
  sound.start();
  showSound();
}

function offerNames() {
  const choice = byId('person');
  choice.append(element('option', {value: ''}));
  for (const {id, name} of setup.staff) choice.append(element('option', {value: id}, name));
  choice.value = localStorage.getItem('person') ?? '';
  if (choice.selectedIndex < 0) choice.value = '';
  choice.addEventListener('change', () => localStorage.setItem('person', choice.value));
}

function watch() {
  const events = new EventSource('/api/events');
  events.addEventListener('state', event => {
    picture = JSON.parse(event.data);
    pictureAtMs = event.timeStamp;
    byId('link').hidden = true;
    draw();
  });
  events.addEventListener('error', () => {
    byId('link').hidden = false;
  });
}

offerNames();
speak(language in setup.words ? language : setup.language);
byId('language').addEventListener('click', () => speak(byId('language').lang));
document.addEventListener('pointerdown', startSound, {once: true});
document.addEventListener('keydown', startSound, {once: true});
byId('notice').addEventListener('click', () => {
  byId('notice').hidden = true;
});
watch();
requestAnimationFrame(tick);
