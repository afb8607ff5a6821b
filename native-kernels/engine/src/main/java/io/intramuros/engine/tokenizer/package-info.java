/** Text to tokens and back, by Hugging Face's own tokenizers library. */
package io.intramuros.engine.tokenizer;
