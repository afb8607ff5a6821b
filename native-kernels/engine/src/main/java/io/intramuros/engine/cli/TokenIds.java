package io.intramuros.engine.cli;

import io.intramuros.engine.EncodedPrompt;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads token ids from {@code 1,2,3}. */
final class TokenIds implements ITypeConverter<EncodedPrompt> {
    @Override
    public EncodedPrompt convert(String value) {
        try {
            return new EncodedPrompt(Arrays.stream(value.split(",", -1))
                    .map(String::strip)
                    .mapToInt(Integer::parseInt)
                    .toArray());
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is not a list of token ids such as 1,2,3");
        }
    }
}
