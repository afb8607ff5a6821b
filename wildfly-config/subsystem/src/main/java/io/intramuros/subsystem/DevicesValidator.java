package io.intramuros.subsystem;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jboss.as.controller.OperationFailedException;
import org.jboss.as.controller.operations.validation.ModelTypeValidator;
import org.jboss.dmr.ModelNode;
import org.jboss.dmr.ModelType;

/**
 * Lists of GPUs as an administrator writes them: {@code 0,1}. A text, because the console has no editor for lists of
 * numbers.
 */
final class DevicesValidator extends ModelTypeValidator {
    private static final Pattern SEPARATOR = Pattern.compile("\\s*,\\s*");

    /** No machine has more than a few dozen; a longer number is a slip of the hand. */
    private static final Pattern LIST = Pattern.compile("\\s*\\d{1,3}(\\s*,\\s*\\d{1,3})*\\s*");

    DevicesValidator() {
        super(ModelType.STRING, true, true);
    }

    @Override
    public void validateParameter(String name, ModelNode value) throws OperationFailedException {
        super.validateParameter(name, value);
        if (value.getType() != ModelType.EXPRESSION) {
            devices(value);
        }
    }

    /**
     * The list that was written, empty where none was.
     *
     * @throws OperationFailedException if it is none, or names a GPU twice
     */
    static List<Integer> devices(ModelNode value) throws OperationFailedException {
        if (!value.isDefined()) {
            return List.of();
        }
        String text = value.asString();
        if (!LIST.matcher(text).matches()) {
            throw new OperationFailedException(
                    "devices is '" + text + "'; it has to be numbers of GPUs, counted from 0, with commas: 0,1");
        }
        List<Integer> devices = Arrays.stream(SEPARATOR.split(text.strip()))
                .map(Integer::valueOf)
                .toList();
        if (devices.stream().distinct().count() < devices.size()) {
            throw new OperationFailedException("devices is '" + text + "'; it names a GPU twice");
        }
        return devices;
    }
}
