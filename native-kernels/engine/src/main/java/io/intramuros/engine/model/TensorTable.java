package io.intramuros.engine.model;

import io.intramuros.kernels.TensorType;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The tensors of a model by name, whatever number of files they lie in. */
final class TensorTable {
    private final Path origin;
    private final Map<String, StoredTensor> tensors;

    /**
     * @param origin the file or directory to name when a tensor is missing
     * @param tensors the tensors by name
     */
    TensorTable(Path origin, Map<String, StoredTensor> tensors) {
        this.origin = origin;
        this.tensors = new LinkedHashMap<>(tensors);
    }

    Path origin() {
        return origin;
    }

    Set<String> names() {
        return tensors.keySet();
    }

    Collection<StoredTensor> all() {
        return tensors.values();
    }

    Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** @throws ModelFormatException if there is no such tensor */
    StoredTensor require(String name) {
        return find(name)
                .orElseThrow(() -> new ModelFormatException(origin, name, "the tensor is missing from the model"));
    }

    long values() {
        return tensors.values().stream().mapToLong(StoredTensor::values).sum();
    }

    /** The types of the matrices, that of most values first. */
    List<TensorType> matrixTypes() {
        Map<TensorType, Long> valuesByType = tensors.values().stream()
                .filter(tensor -> tensor.shape().length == 2)
                .collect(Collectors.groupingBy(StoredTensor::type, Collectors.summingLong(StoredTensor::values)));
        return valuesByType.entrySet().stream()
                .sorted(Map.Entry.<TensorType, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .map(Map.Entry::getKey)
                .toList();
    }
}
