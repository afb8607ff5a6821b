package io.intramuros.kernels.cuda.driver;

import static io.intramuros.kernels.cuda.driver.Calls.check;

import io.intramuros.kernels.BackendUnavailableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/**
 * A GPU as the driver describes it.
 *
 * @param ordinal the driver's number for it
 * @param name such as {@code NVIDIA H100 80GB HBM3}
 * @param busId its place on the PCI bus, such as {@code 0000:41:00.0}; the same for every tool
 * @param major compute capability
 * @param minor compute capability
 * @param multiprocessors how many blocks run side by side, a few on each
 * @param memoryBytes all of its memory
 * @param sharedBytesPerBlock the most shared memory that a block can be given
 */
public record Gpu(
        int ordinal,
        String name,
        String busId,
        int major,
        int minor,
        int multiprocessors,
        long memoryBytes,
        int sharedBytesPerBlock) {
    /** The kernels use what came with compute capability 8.0: BF16 tensor cores and asynchronous copies. */
    public static final int LEAST_MAJOR = 8;

    /** PTX of CUDA 12.0 and later is understood from this driver on; written as the driver writes it. */
    private static final int LEAST_DRIVER = 12_000;

    private static final int BUS_ID_CHARACTERS = 32;

    /**
     * The GPUs of this machine, usable or not.
     *
     * @throws BackendUnavailableException if there is no driver, it is too old, or it has no GPU
     */
    public static List<Gpu> all() {
        Optional<String> fault = CudaLibraries.loadDriver();
        if (fault.isPresent()) {
            throw new BackendUnavailableException("The backend cuda is not available: " + fault.get() + ".");
        }
        JCudaDriver.setExceptionsEnabled(false);
        int answer = JCudaDriver.cuInit(0);
        if (answer != 0) {
            CudaException cause = new CudaException(answer, "cuInit");
            throw new BackendUnavailableException(
                    "The backend cuda is not available: the driver found no usable GPU. " + cause.getMessage() + ".",
                    cause);
        }
        int version = driverVersion();
        if (version < LEAST_DRIVER) {
            throw new BackendUnavailableException("The backend cuda is not available: the driver is made for CUDA "
                    + version / 1000 + "." + version % 1000 / 10 + ", but the kernels need CUDA " + LEAST_DRIVER / 1000
                    + ".0; install a newer driver.");
        }
        int[] count = new int[1];
        check(JCudaDriver.cuDeviceGetCount(count), "cuDeviceGetCount");
        if (count[0] == 0) {
            throw new BackendUnavailableException(
                    "The backend cuda is not available: the driver sees no GPU; nvidia-smi should list one.");
        }
        List<Gpu> gpus = new ArrayList<>();
        for (int i = 0; i < count[0]; i++) {
            gpus.add(describe(i));
        }
        return List.copyOf(gpus);
    }

    /** The driver's version: 12060 for one made for CUDA 12.6. */
    public static int driverVersion() {
        int[] version = new int[1];
        check(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
        return version[0];
    }

    /** Bytes a second that its memory could give, by the memory's clock and width; 0 if the driver doesn't say. */
    public double memoryBandwidth() {
        double clock = 1e3 * attributeOrZero(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
        return 2 * clock * attributeOrZero(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH) / Byte.SIZE;
    }

    /** Operations a second that its tensor cores could do in BF16 with FP32 sums; 0 for a GPU we know nothing of. */
    public double tensorOperations() {
        int perClock = switch (major * 10 + minor) {
            case 80 -> 2048;
            case 86, 87, 89, 120 -> 1024;
            case 90 -> 4096;
            case 100, 103 -> 8192;
            default -> 0;
        };
        return 1e3 * attributeOrZero(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE) * perClock * multiprocessors;
    }

    private int attributeOrZero(int attribute) {
        int[] value = new int[1];
        return JCudaDriver.cuDeviceGetAttribute(value, attribute, device(ordinal)) == 0 ? value[0] : 0;
    }

    /** Whether the kernels run on it. */
    public boolean usable() {
        return major >= LEAST_MAJOR;
    }

    /** Name, number and memory, for a person. */
    public String description() {
        return name + " (GPU " + ordinal + ", " + memoryBytes / (1 << 30) + " GiB)";
    }

    private static Gpu describe(int ordinal) {
        CUdevice device = device(ordinal);
        byte[] name = new byte[256];
        check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName of GPU " + ordinal);
        int length = 0;
        while (length < name.length && name[length] != 0) {
            length++;
        }
        long[] bytes = new long[1];
        check(JCudaDriver.cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem of GPU " + ordinal);
        String[] busId = new String[1];
        check(
                JCudaDriver.cuDeviceGetPCIBusId(busId, BUS_ID_CHARACTERS, device),
                "cuDeviceGetPCIBusId of GPU " + ordinal);
        return new Gpu(
                ordinal,
                new String(name, 0, length, StandardCharsets.UTF_8),
                busId[0].trim(),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                bytes[0],
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
    }

    /** The driver's handle of a GPU. */
    static CUdevice device(int ordinal) {
        CUdevice device = new CUdevice();
        check(JCudaDriver.cuDeviceGet(device, ordinal), "cuDeviceGet of GPU " + ordinal);
        return device;
    }

    private static int attribute(CUdevice device, int attribute) {
        int[] value = new int[1];
        check(
                JCudaDriver.cuDeviceGetAttribute(value, attribute, device),
                "cuDeviceGetAttribute " + CUdevice_attribute.stringFor(attribute));
        return value[0];
    }
}
