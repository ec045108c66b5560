/** A page that only stands there to be read, in the reader's language. */

import { startLanguage } from "./language.js";

startLanguage();
