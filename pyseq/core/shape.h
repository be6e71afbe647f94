/* What TensorShape is made of: a tuple whose slices, sums and comparisons are a shape's.

It is in C because every op looks at shapes: as Python methods, `x.shape[0]` and `x.shape == y.shape` would cost ten times as
much. Hashes and comparisons with tuples are the tuple's own, so a shape is as good a key as the tuple it equals.
*/
#ifndef PYSEQ_SHAPE_H
#define PYSEQ_SHAPE_H

#include <Python.h>

static PyTypeObject *shape_type;                       /* what tensors give out; NULL until that class has been made */

/* A new reference to a shape of the sizes in a tuple. */
static PyObject *as_shape(PyObject *sizes) {
    if (shape_type == NULL || Py_TYPE(sizes) == shape_type) {
        Py_INCREF(sizes);
        return sizes;
    }
    static PyObject *of_scalars;                       /* numbers beside tensors are many */
    Py_ssize_t n = PyTuple_GET_SIZE(sizes);
    if (n == 0 && of_scalars != NULL && Py_TYPE(of_scalars) == shape_type) {
        Py_INCREF(of_scalars);
        return of_scalars;
    }
    PyObject *shape = shape_type->tp_alloc(shape_type, n);
    for (Py_ssize_t j = 0; shape != NULL && j < n; j++) {
        PyObject *size = PyTuple_GET_ITEM(sizes, j);
        Py_INCREF(size);
        PyTuple_SET_ITEM(shape, j, size);
    }
    if (n == 0 && shape != NULL) {
        Py_INCREF(shape);
        of_scalars = shape;
    }
    return shape;
}

/* A shape of what is in a tuple; the tuple itself if something in it is no size (tf.reshape's -1, say). Takes the reference. */
static PyObject *shape_if_sizes(PyObject *items) {
    if (items == NULL)
        return NULL;
    for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(items); j++) {
        PyObject *item = PyTuple_GET_ITEM(items, j);
        if (item == Py_None)
            continue;
        if (!PyLong_CheckExact(item)) {
            if (!PyIndex_Check(item))
                return items;
            PyObject *size = PyNumber_Index(item);
            if (size == NULL) {                        /* an array, a float tensor: it is no size */
                PyErr_Clear();
                return items;
            }
            PyTuple_SET_ITEM(items, j, size);
            Py_DECREF(item);
            item = size;
        }
        if (PyObject_RichCompareBool(item, Py_False, Py_LT) == 1)
            return items;
    }
    PyObject *shape = as_shape(items);
    Py_DECREF(items);
    return shape;
}

static PyObject *shape_add(PyObject *a, PyObject *b) {
    if (!(PyTuple_Check(a) || PyList_Check(a)) || !(PyTuple_Check(b) || PyList_Check(b)))
        Py_RETURN_NOTIMPLEMENTED;
    Py_ssize_t n_a = PySequence_Fast_GET_SIZE(a), n_b = PySequence_Fast_GET_SIZE(b);
    PyObject *items = PyTuple_New(n_a + n_b);
    for (Py_ssize_t j = 0; items != NULL && j < n_a + n_b; j++) {
        PyObject *item = j < n_a ? PySequence_Fast_GET_ITEM(a, j) : PySequence_Fast_GET_ITEM(b, j - n_a);
        Py_INCREF(item);
        PyTuple_SET_ITEM(items, j, item);
    }
    return shape_if_sizes(items);
}

static PyObject *shape_getitem(PyObject *shape, PyObject *key) {
    PyObject *found = PyTuple_Type.tp_as_mapping->mp_subscript(shape, key);
    if (found == NULL || !PySlice_Check(key) || Py_TYPE(found) == shape_type)
        return found;
    PyObject *part = as_shape(found);
    Py_DECREF(found);
    return part;
}

static PyObject *shape_compare(PyObject *shape, PyObject *other, int op) {
    if (!PyList_Check(other) || (op != Py_EQ && op != Py_NE))
        return PyTuple_Type.tp_richcompare(shape, other, op);
    PyObject *sizes = PyList_AsTuple(other);
    if (sizes == NULL)
        return NULL;
    PyObject *answer = PyTuple_Type.tp_richcompare(shape, sizes, op);
    Py_DECREF(sizes);
    return answer;
}

/* The base of TensorShape, which pyseq/core/tensor_shape.py completes. */
static PyObject *new_shape_base(void) {
    PyType_Slot slots[] = {
        {Py_nb_add, (void *)shape_add},
        {Py_mp_subscript, (void *)shape_getitem},
        {Py_tp_richcompare, (void *)shape_compare},
        {Py_tp_hash, (void *)PyTuple_Type.tp_hash},
        {Py_tp_doc, (void *)"A tuple whose slices, sums and comparisons are a shape's."},
        {0, NULL},
    };
    PyType_Spec spec = {"pyseq.core.engine.ShapeTuple", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    PyObject *bases = PyTuple_Pack(1, (PyObject *)&PyTuple_Type);
    if (bases == NULL)
        return NULL;
    PyObject *base = PyType_FromSpecWithBases(&spec, bases);
    Py_DECREF(bases);
    return base;
}

static void use_shape_type(PyObject *type) {
    Py_INCREF(type);
    shape_type = (PyTypeObject *)type;
}

#endif
