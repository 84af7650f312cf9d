import {useEffect, useMemo, useState} from 'preact/hooks';
import {ask, whyNot} from './ask.js';
import {keep, kept} from './browser.js';
import {useGateway} from './use-gateway.js';
import {WakeLock} from './wake-lock.js';

const NOBODY = {person: null};

/**
 * All that a board knows and does, for its components: the newest picture, who is logged in, what is asked of him
 * now, and the requests.
 */
export function useBoard(setup) {
  const gateway = useGateway();
  const [language, setLanguage] = useState(kept('language') ?? setup.language);
  const [session, setSession] = useState(NOBODY);
  const [notice, setNotice] = useState(undefined);
  const [dialog, setDialog] = useState(undefined);
  const wake = useMemo(() => new WakeLock(), []);
  const words = setup.words[language] ?? setup.words[setup.language];
  const nameOf = id => setup.staff.find(one => one.id === id)?.name ?? id;

  useEffect(() => {
    document.documentElement.lang = language;
    keep('language', language);
  }, [language]);
  useEffect(() => {
    if (setup.hasLogIn) void ask('GET', '/api/session').then(({json}) => setSession(json));
  }, []);

  const loggedIn = json => {
    setSession(json);
    gateway.reconnect();
  };
  const send = async (path, body = {}) => {
    setNotice(undefined);
    const answer = await ask('POST', path, {body, csrf: session.csrf});
    // The session is over: the board goes on, and asks who is there.
    if (answer.status === 403 && answer.json.error?.where === 'session') loggedIn(NOBODY);
    if (!answer.ok) setNotice(`${words.page.refused}: ${whyNot(words, answer, nameOf)}`);
    return answer;
  };
  return {
    ...{...gateway, setup, words, language, session, notice, dialog, wake},
    ...{nameOf, send, setDialog, setNotice, loggedIn},
    may: right => (session.rights ?? []).includes(right),
    speak: setLanguage,
    logOut: async () => {
      await ask('DELETE', '/api/session', {csrf: session.csrf});
      loggedIn(NOBODY);
    },
    startWatch: async () => {
      await gateway.sound.start();
      await wake.hold();
      if (!session.person || !gateway.picture?.calls) return;
      await send(`/api/stations/${encodeURIComponent(gateway.station)}/watch`, {act: 'begin'});
    },
  };
}
