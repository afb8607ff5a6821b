package io.intramuros.engine.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The weights of a Hugging Face directory: {@code model.safetensors}, or the files that {@code
 * model.safetensors.index.json} names.
 *
 * @param files the weight files, by name
 * @param tensors all tensors in them
 */
record SafetensorsShards(List<Path> files, TensorTable tensors) {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    static SafetensorsShards open(Path directory, MappedFiles mapped) throws IOException {
        Path index = directory.resolve(INDEX);
        if (Files.exists(index)) {
            return sharded(directory, index, mapped);
        }
        Path file = directory.resolve(SINGLE);
        if (!Files.exists(file)) {
            throw new ModelFormatException(directory, null, "has neither " + SINGLE + " nor " + INDEX);
        }
        return new SafetensorsShards(
                List.of(file), new TensorTable(file, SafetensorsFile.read(file, mapped.map(file))));
    }

    private static SafetensorsShards sharded(Path directory, Path index, MappedFiles mapped) throws IOException {
        Map<String, String> shardByTensor = new LinkedHashMap<>();
        JsonFile json = JsonFile.read(index);
        JsonFile weightMap = json.require("weight_map", json.object("weight_map"));
        for (Map.Entry<String, JsonElement> entry : weightMap.root().asMap().entrySet()) {
            if (!(entry.getValue() instanceof JsonPrimitive name) || !plainName(name.getAsString())) {
                throw weightMap.wrong(entry.getKey(), "must name a file beside the index");
            }
            shardByTensor.put(entry.getKey(), name.getAsString());
        }
        List<Path> files = new ArrayList<>();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String shard : new TreeSet<>(shardByTensor.values())) {
            Path file = directory.resolve(shard);
            if (!Files.exists(file)) {
                throw new ModelFormatException(file, null, "the file is missing, " + INDEX + " names it");
            }
            Map<String, StoredTensor> found = SafetensorsFile.read(file, mapped.map(file));
            files.add(file);
            for (String name : found.keySet()) {
                if (!shard.equals(shardByTensor.get(name))) {
                    throw new ModelFormatException(file, name, "the tensor is not in this file by " + INDEX);
                }
            }
            tensors.putAll(found);
        }
        for (Map.Entry<String, String> entry : shardByTensor.entrySet()) {
            if (!tensors.containsKey(entry.getKey())) {
                throw new ModelFormatException(
                        directory.resolve(entry.getValue()),
                        entry.getKey(),
                        "the tensor is missing, " + INDEX + " says it is here");
            }
        }
        return new SafetensorsShards(files, new TensorTable(index, tensors));
    }

    /** The index must not lead out of the directory. */
    private static boolean plainName(String name) {
        return !name.isEmpty()
                && !name.startsWith(".")
                && !name.contains("/")
                && !name.contains("\\")
                && name.indexOf('\0') < 0;
    }
}
