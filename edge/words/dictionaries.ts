import {CHINESE} from './chinese.js';
import type {Dictionary, Language} from './dictionary.js';
import {ENGLISH} from './english.js';

export const DICTIONARIES: Readonly<Record<Language, Dictionary>> = {
  'zh-CN': CHINESE,
  en: ENGLISH,
};
