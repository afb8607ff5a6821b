/**
 * Models on disk: Hugging Face directories and GGUF files, opened, checked and mapped into memory. Families are
 * configuration: the rest of the engine sees a {@link io.intramuros.engine.model.ModelConfig} and the tensors of a
 * decoder, never a brand.
 */
package io.intramuros.engine.model;
